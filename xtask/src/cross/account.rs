//! What became of each step: a step that was not run is never a success.

/// How a step ended.
enum Outcome {
    Done,
    Failed(String),
    NotRun(String),
}

/// The steps so far.
#[derive(Default)]
pub struct Account {
    steps: Vec<(String, Outcome)>,
    left_out: Vec<String>,
}

impl Account {
    /// Runs a step; what it gave, if it was done. One that fails does not keep the others from being run.
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> anyhow::Result<T>) -> Option<T> {
        let (outcome, given) = match work() {
            Ok(given) => (Outcome::Done, Some(given)),
            Err(error) => (Outcome::Failed(format!("{error:#}")), None),
        };
        self.steps.push((name.to_owned(), outcome));
        given
    }

    /// A step that could not be run.
    pub fn not_run(&mut self, name: &str, why: &str) {
        self.steps.push((name.to_owned(), Outcome::NotRun(why.to_owned())));
    }

    /// What tests that were run have left out for want of a tool that the platform does not have here.
    pub fn left_out(&mut self, name: &str, lines: &str) {
        self.left_out.extend(lines.lines().map(|line| format!("{name}: {line}")));
    }

    /// The steps as lines, and how many were not done.
    fn text(&self) -> (String, usize) {
        let mut text = String::new();
        let mut open = 0;
        for (name, outcome) in &self.steps {
            let line = match outcome {
                Outcome::Done => format!("{name}: done\n"),
                Outcome::Failed(why) => format!("{name}: FAILED: {why}\n"),
                Outcome::NotRun(why) => format!("{name}: not run: {why}\n"),
            };
            open += usize::from(!matches!(outcome, Outcome::Done));
            text.push_str(&line);
        }
        for line in &self.left_out {
            text.push_str(&format!("left out by a test: {line}\n"));
        }
        (text, open)
    }

    /// Prints every step.
    ///
    /// # Errors
    /// A step failed or was not run.
    pub fn close(self) -> anyhow::Result<()> {
        let (text, open) = self.text();
        print!("\n{text}");
        anyhow::ensure!(open == 0, "{open} of {} steps failed or were not run", self.steps.len());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_run_is_no_success() {
        let mut account = Account::default();
        assert_eq!(account.step("one", || Ok(1)), Some(1));
        assert!(account.step("two", || -> anyhow::Result<()> { anyhow::bail!("broken") }).is_none());
        account.not_run("three", "no Wine");
        assert_eq!(
            account.text(),
            ("one: done\ntwo: FAILED: broken\nthree: not run: no Wine\n".to_owned(), 2)
        );
        assert!(account.close().is_err());
        let mut all = Account::default();
        all.step("one", || Ok(()));
        all.left_out("wine", "other_formats: no ffmpeg\n");
        assert_eq!(
            all.text(),
            ("one: done\nleft out by a test: wine: other_formats: no ffmpeg\n".to_owned(), 0)
        );
        assert!(all.close().is_ok());
    }
}
