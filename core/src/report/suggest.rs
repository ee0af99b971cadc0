//! "Did you mean ...".

/// The help for an unknown name: the known name that is nearest to it, or all of them when they are few.
///
/// ```
/// use dealdesk::report::did_you_mean;
/// assert_eq!(did_you_mean("pice", ["piece", "box"]).as_deref(), Some("did you mean `piece`?"));
/// assert_eq!(did_you_mean("zzz", ["piece", "box"]).as_deref(), Some("known are `piece`, `box`"));
/// ```
pub fn did_you_mean<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    let tolerated = unknown.chars().count().saturating_add(2).checked_div(3).unwrap_or(0).max(1);
    let distance = |name: &str| {
        if name.eq_ignore_ascii_case(unknown) { 0 } else { strsim::osa_distance(name, unknown) }
    };
    let nearest = known.iter().map(|name| (distance(name), *name)).min();
    match nearest {
        Some((distance, name)) if distance <= tolerated => Some(format!("did you mean `{name}`?")),
        Some(_) if known.len() <= 12 => Some(format!("known are {}", list(&known))),
        _ => None,
    }
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
