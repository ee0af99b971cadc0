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
    match nearest(unknown, &known) {
        Some(name) => Some(format!("did you mean `{name}`?")),
        None if !known.is_empty() && known.len() <= 12 => Some(format!("known are {}", list(&known))),
        _ => None,
    }
}

/// The help for an unknown name only where one is near enough to be meant.
pub fn meant<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    nearest(unknown, &known).map(|name| format!("did you mean `{name}`?"))
}

/// The help for an unknown name among few that never become many, as the fields of an object: the nearest, or all of them.
pub fn nearest_or_all<'a>(unknown: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    let all = || (!known.is_empty()).then(|| format!("known are {}", list(&known)));
    did_you_mean(unknown, known.iter().copied()).or_else(all)
}

/// The known name that is nearest to an unknown one, when it is near enough to be meant.
pub fn nearest<'a>(unknown: &str, known: &[&'a str]) -> Option<&'a str> {
    known.iter().filter_map(|name| Some((distance(unknown, name)?, *name))).min().map(|(_, name)| name)
}

/// How far the names are apart, when they are near enough to be meant for each other. What they share up to a point does not count.
fn distance(unknown: &str, name: &str) -> Option<usize> {
    if name.eq_ignore_ascii_case(unknown) {
        return Some(0);
    }
    let (unknown, name) = match (unknown.rsplit_once('.'), name.rsplit_once('.')) {
        (Some((scope, unknown)), Some((other, name))) if scope == other => (unknown, name),
        _ => (unknown, name),
    };
    let length = unknown.chars().count();
    let tolerated = length.saturating_add(2).checked_div(3).unwrap_or(0);
    let distance = strsim::osa_distance(name, unknown);
    (distance <= tolerated && distance < length).then_some(distance)
}

/// Names between backticks.
pub fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
