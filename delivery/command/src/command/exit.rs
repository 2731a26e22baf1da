//! What the command's exit codes say, the same for every subcommand.

/// Everything was done; there may be remarks.
pub const DONE: u8 = 0;
/// Everything was done that could be, and something needs a person: a mix that goes back, peaks over full scale, a miss of a target.
pub const PERSON: u8 = 1;
/// Something could not be done: a wrong argument, a file that cannot be read or written.
pub const FAILED: u8 = 2;

/// The same for a reader of `--help`.
pub const TABLE: &str = "Exit code: 0 done; 1 something needs a person (a mix that goes back, overs, a miss of the target); 2 something could not be done.";

/// The worse of two: what could not be done comes before what needs a person.
pub fn worse(one: u8, other: u8) -> u8 {
    one.max(other)
}
