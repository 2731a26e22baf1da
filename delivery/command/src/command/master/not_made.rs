//! A mix of which no master was made, and why: in words, and as a line of JSON (`docs/master.schema.json`).

use crate::command::exit;
use lacquer_album::mix_checks::MixCheck;
use lacquer_files::Error;
use lacquer_song::check::CheckError;
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// See the module.
#[derive(Debug, Clone, Serialize)]
pub struct NotMade {
    input: String,
    status: Status,
    /// What is wrong with which file, and what to do.
    reason: String,
    /// What the check says of a mix that it sends back.
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<MixCheck>,
}

/// What whoever asked has to change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    /// The mix: the check sends it back.
    SentBack,
    /// The file: it cannot be read.
    Unreadable,
    /// Where the master goes: it would replace something, or clash with another.
    Refused,
    /// What is asked of the master, or the disk.
    Failed,
}

impl NotMade {
    /// The check sends it back; nothing was made.
    pub fn sent_back(input: &Path, check: MixCheck) -> Self {
        let input = input.display();
        let reason =
            format!("{input}: {} Nothing was made; ask for a new mix, or give --anyway", check.line());
        Self { input: input.to_string(), status: Status::SentBack, reason, check: Some(check) }
    }

    /// Its master has no place.
    pub fn refused(input: &Path, reason: impl fmt::Display) -> Self {
        Self::new(input, Status::Refused, reason)
    }

    /// It cannot be read, or its master cannot be made.
    pub fn failed(input: &Path, error: &anyhow::Error) -> Self {
        let is_ours =
            |error: &Error| matches!(error, Error::Write { .. } | Error::Spill(_) | Error::Exists { .. });
        let is_unreadable =
            error.is::<CheckError>() || error.downcast_ref().is_some_and(|error| !is_ours(error));
        Self::new(input, if is_unreadable { Status::Unreadable } else { Status::Failed }, error)
    }

    fn new(input: &Path, status: Status, reason: impl fmt::Display) -> Self {
        Self { input: input.display().to_string(), status, reason: reason.to_string(), check: None }
    }

    /// The exit code that it asks for.
    pub fn code(&self) -> u8 {
        if self.status == Status::SentBack { exit::PERSON } else { exit::FAILED }
    }
}

impl fmt::Display for NotMade {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.reason)
    }
}
