//! What a screen reader finds: every control has a role and a name, every number its value and range, and both are set by asking.

use super::*;
use egui::accesskit::{Action, ActionData, ActionRequest, NodeId, TreeId};
use egui_kittest::kittest::NodeT;
use lacquer_dsp::chain::StageId;

/// Roles of what holds other things and does nothing itself.
const GROUPS: [Role; 3] = [Role::Window, Role::ScrollView, Role::ScrollBar];

impl Bench {
    /// What is wrong with what is shown, control by control.
    fn unspoken(&self) -> Vec<String> {
        let mut problems = Vec::new();
        for node in self.harness.root().children_recursive() {
            let node = node.accesskit_node();
            let (role, data) = (node.role(), node.data());
            let works = data.supports_action(Action::Click) || data.supports_action(Action::SetValue);
            let name = node.label().or_else(|| node.value());
            if !works || GROUPS.contains(&role) {
                continue;
            }
            if matches!(role, Role::Unknown | Role::GenericContainer) {
                problems.push(format!("{name:?} without a role at {:?}", node.raw_bounds()));
            }
            if name.as_deref().is_none_or(|name| name.trim().is_empty()) {
                problems.push(format!("{role:?} without a name at {:?}", node.raw_bounds()));
            }
            let is_number = node.numeric_value().is_some()
                && node.min_numeric_value().is_some()
                && node.max_numeric_value().is_some();
            if role == Role::Slider && !(is_number && data.supports_action(Action::SetValue)) {
                problems.push(format!("{} has no value that can be set", name.unwrap_or_default()));
            }
        }
        problems
    }

    fn node_id(&self, role: Role, name: &str) -> NodeId {
        self.harness.get_by_role_and_label(role, name).accesskit_node().locate().0
    }

    fn ask(&mut self, target_node: NodeId, action: Action, data: Option<ActionData>) {
        self.harness.event(Event::AccessKitActionRequest(ActionRequest {
            action,
            target_tree: TreeId::ROOT,
            target_node,
            data,
        }));
        self.steps(2);
    }
}

#[test]
fn every_control_has_a_name_and_every_number_a_value() {
    let mut bench = Bench::new();
    let mut problems = Vec::new();
    for stage in StageId::ALL {
        bench.harness.state_mut().view.stage = *stage;
        bench.steps(2);
        problems.extend(bench.unspoken().into_iter().map(|problem| format!("{stage:?}: {problem}")));
    }
    bench.play(4.0);
    bench.harness.state_mut().view.expanded = true;
    bench.steps(30);
    for tab in crate::analysis::Tab::NAMES {
        bench.click(bench.place(Role::Tab, tab));
        problems.extend(bench.unspoken().into_iter().map(|problem| format!("{tab}: {problem}")));
    }
    assert!(problems.is_empty(), "{} problems:\n{}", problems.len(), problems.join("\n"));
}

#[test]
fn a_value_is_read_and_set_by_asking() {
    let mut bench = Bench::new();
    let drive = bench.node_id(Role::Slider, "Limiter Drive");
    bench.ask(drive, Action::SetValue, Some(ActionData::NumericValue(3.5)));
    assert_eq!(bench.plain("limiter_drive"), 3.5);
    let log = bench.take_log();
    assert_eq!(log, ["begin limiter_drive", "set limiter_drive", "end limiter_drive"], "one gesture");
    let node = bench.harness.get_by_role_and_label(Role::Slider, "Limiter Drive");
    let node = node.accesskit_node();
    assert_eq!((node.numeric_value(), node.max_numeric_value()), (Some(3.5), Some(24.0)));
    assert_eq!(node.data().description(), Some("3.50 dB"));
    bench.ask(drive, Action::SetValue, Some(ActionData::Value("6 dB".into())));
    assert_eq!(bench.plain("limiter_drive"), 6.0);
    bench.ask(drive, Action::Increment, None);
    assert!((bench.plain("limiter_drive") - 6.1).abs() < 1e-6, "{}", bench.plain("limiter_drive"));
    bench.ask(drive, Action::SetValue, Some(ActionData::NumericValue(1e9)));
    assert_eq!(bench.plain("limiter_drive"), 24.0, "within the range");
    let bypass = bench.node_id(Role::Switch, "Bypass");
    bench.ask(bypass, Action::Click, None);
    assert_eq!(bench.plain("bypass"), 1.0);
}

#[test]
fn the_figures_of_the_meters_are_told() {
    let mut bench = Bench::new();
    bench.play(4.0);
    let told: Vec<String> = bench
        .harness
        .root()
        .children_recursive()
        .filter(|node| node.accesskit_node().role() == Role::Label)
        .filter_map(|node| node.accesskit_node().value().or_else(|| node.accesskit_node().label()))
        .collect();
    for name in ["Integrated, LUFS", "True peak, dBTP", "Overs", "LRA, LU", "PLR, dB", "Correlation"] {
        let figure = told.iter().find_map(|text| text.strip_prefix(&format!("{name}: ")));
        assert!(figure.is_some_and(|figure| !figure.starts_with('\u{2013}')), "{name}: {told:?}");
    }
}
