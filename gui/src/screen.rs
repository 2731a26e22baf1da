//! How large a window may be: the largest monitor there is.

use egui::Vec2;

/// Width and height of the largest monitor, pixels; none where nobody says, and whoever owns the window keeps it on its screen.
#[cfg(target_os = "linux")]
pub(crate) fn largest_monitor() -> Option<Vec2> {
    use egui::vec2;
    use x11rb::connection::Connection;
    use x11rb::protocol::randr::ConnectionExt;
    let (connection, screen) = x11rb::connect(None).ok()?;
    let root = connection.setup().roots.get(screen)?;
    let monitors = connection.randr_get_monitors(root.root, true).ok().and_then(|cookie| cookie.reply().ok());
    let sizes = monitors.iter().flat_map(|reply| &reply.monitors);
    let largest = sizes
        .map(|one| (one.width, one.height))
        .max_by_key(|(width, height)| u32::from(*width) * u32::from(*height));
    // A server without the extension has one screen.
    let (width, height) = largest.unwrap_or((root.width_in_pixels, root.height_in_pixels));
    Some(vec2(width.into(), height.into()))
}

/// See the other.
#[cfg(not(target_os = "linux"))]
pub(crate) fn largest_monitor() -> Option<Vec2> {
    None
}
