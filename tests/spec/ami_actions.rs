//! Actions and their parameters.

use asterisk_sdk::ami::action::{ActionType, TYPES};

use crate::{Row, rows, same, unexplained};

/// Parameters of the inventory that no action of this crate writes.
const NOT_WRITTEN: &[(&str, &str)] = &[];

/// Parameters that the inventory lacks.
const BEYOND: &[(&str, &str)] =
    &[("MixMonitorMute: MixMonitorID", "22 mutes one of several recordings by it, as was seen")];

fn inventory() -> Vec<Row> {
    rows(include_str!("interface/ami-actions.json"), "parameters")
}

fn type_of(name: &str) -> Option<&'static ActionType> {
    TYPES.iter().find(|action| same(action.name, name))
}

#[test]
fn every_action_has_a_type() {
    let rows = inventory();
    let missing: Vec<_> = rows.iter().filter(|row| type_of(&row.name).is_none()).collect();
    let missing: Vec<_> = missing.iter().map(|row| &row.name).collect();
    println!("{} of {} actions", rows.len() - missing.len(), rows.len());
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn every_parameter_can_be_set() {
    let (mut missing, mut count) = (Vec::new(), 0);
    for row in inventory() {
        let written = type_of(&row.name).map_or(&[][..], |action| action.parameters);
        for parameter in &row.members {
            count += 1;
            // Every action is sent with an ActionID.
            if !same(parameter, "ActionID") && !written.iter().any(|name| same(name, parameter)) {
                missing.push(format!("{}: {parameter}", row.name));
            }
        }
    }
    println!("{} of {count} parameters", count - missing.len());
    let missing = unexplained(missing, NOT_WRITTEN);
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn every_type_is_in_the_inventory() {
    let rows = inventory();
    let mut extra = Vec::new();
    for action in TYPES {
        let Some(row) = rows.iter().find(|row| same(&row.name, action.name)) else {
            extra.push(action.name.to_owned());
            continue;
        };
        let known = |name: &&&str| row.members.iter().any(|member| same(member, name));
        let unknown = action.parameters.iter().filter(|name| !known(name));
        extra.extend(unknown.map(|name| format!("{}: {name}", action.name)));
    }
    let extra = unexplained(extra, BEYOND);
    assert!(extra.is_empty(), "{extra:#?}");
}

#[test]
fn the_table_is_in_order() {
    let names: Vec<_> = TYPES.iter().map(|action| action.name.to_ascii_lowercase()).collect();
    assert!(names.is_sorted(), "{names:?}");
}
