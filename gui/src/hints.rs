//! What a parameter is and does, for the line at the bottom.

use lacquer_params::root;

/// A parameter's name and value, what it does, and its id. `id` with or without the number of a band.
pub(crate) fn of_parameter(id: &str, name: &str, value: &str) -> String {
    let text = root::sentence(id).unwrap_or_default();
    // What hosts know by its first name is called as its field is.
    let name = name.replace("Placement", "Channel");
    format!("{name}  {value}    {text}")
}
