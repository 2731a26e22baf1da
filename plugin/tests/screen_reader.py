"""Walks the editor's tree as a screen reader does, over AT-SPI, and reads and sets a value. Argument: the program that stands alone."""

import subprocess
import sys
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, Gio, GLib

PATIENCE_S = 60


def say_that_somebody_reads():
    bus = Gio.bus_get_sync(Gio.BusType.SESSION, None)
    setting = GLib.Variant("(ssv)", ("org.a11y.Status", "IsEnabled", GLib.Variant("b", True)))
    interface = "org.freedesktop.DBus.Properties"
    bus.call_sync("org.a11y.Bus", "/org/a11y/bus", interface, "Set", setting, None, Gio.DBusCallFlags.NONE, -1, None)


def wait_for(what, look):
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_S:
        try:
            found = look()
            if found:
                return found
        except (AttributeError, GLib.Error, StopIteration, TypeError):  # not there yet, or gone since
            pass
        time.sleep(0.1)
    sys.exit(f"no {what} in {PATIENCE_S} s")


def all_below(node):
    yield node
    for n in range(node.get_child_count()):
        child = node.get_child_at_index(n)
        if child is not None:
            yield from all_below(child)


def application():
    desktop = Atspi.get_desktop(0)
    for n in range(desktop.get_child_count()):
        child = desktop.get_child_at_index(n)
        if child is not None and "lacquer" in (child.get_name() or "").lower():
            return child
    return None


def find(app, name, role):
    for node in all_below(app):
        if node.get_name() == name and node.get_role_name() == role:
            return node
    return None


def with_value(app, name, role):
    node = find(app, name, role)
    value = node and node.get_value_iface()
    return (node, value) if value else None


def press(app, name, roles):
    node = next(node for node in (find(app, name, role) for role in roles) if node)
    return node if node.get_action_iface().do_action(0) else None


def survey(app):
    nodes = list(all_below(app))
    works = [node for node in nodes if node.get_n_actions() > 0]
    return len(nodes), len(works), [node.get_role_name() for node in works if not node.get_name()]


def main(program):
    say_that_somebody_reads()
    editor = subprocess.Popen([program, "--fresh", "--backend", "dummy"])
    try:
        app = wait_for("application", application)
        drive = wait_for("limiter drive", lambda: find(app, "Limiter Drive", "slider"))
        # The first pictures still lay the window out: what was found may be gone when it is asked.
        count, works, nameless = wait_for("whole tree", lambda: survey(app))
        print(f"{count} nodes, {works} that work, {len(nameless)} of them without a name: {nameless}")
        if works < 50 or nameless:
            sys.exit("controls are missing, or have no name")
        # A picture later it is another object of the bus.
        drive, value = wait_for("limiter drive's value", lambda: with_value(app, "Limiter Drive", "slider"))
        print("drive", value.get_current_value(), drive.get_description())
        if value.get_current_value() != 0.0 or value.get_maximum_value() != 24.0:
            sys.exit("the drive reads wrong")
        wait_for("drive that is set", lambda: with_value(app, "Limiter Drive", "slider")[1].set_current_value(3.5))
        wait_for("drive of 3.5", lambda: abs(find(app, "Limiter Drive", "slider").get_current_value() - 3.5) < 1e-6)
        bypass = wait_for("bypass that is pressed", lambda: press(app, "Bypass", ["toggle button", "switch"]))
        pressed = lambda: find(app, "Bypass", bypass.get_role_name()).get_state_set()
        is_on = lambda: pressed().contains(Atspi.StateType.PRESSED) or pressed().contains(Atspi.StateType.CHECKED)
        wait_for("bypass", is_on)
        print("read and set")
    finally:
        editor.terminate()
        editor.wait(PATIENCE_S)


main(sys.argv[1])
