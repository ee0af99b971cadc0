//! What every decider takes and gives: commands in, an outcome and events out, and the memory that makes a repeat harmless.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};

use super::{Code, Detail, Details, to_json_pieces};
use crate::id::{ActorId, CommandId, Map};
use crate::time::Timestamp;

/// The identity of a rulebook: the SHA-256 of its canonical content, in hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Fingerprint(pub String);

/// What someone wants done, when, and under which id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CommandOf{A}")]
#[serde(deny_unknown_fields)]
pub struct Command<A> {
    /// Made by the caller; a repeat of the same command carries the same id.
    pub id: CommandId,
    /// When it is given: the engine's only clock.
    pub at: Timestamp,
    /// Who gives it.
    pub actor: ActorId,
    /// For whom the actor acts, when not for themselves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<ActorId>,
    /// The version of the state that the caller has seen; absent when any will do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_version: Option<u64>,
    /// What to do.
    pub action: A,
}

impl<A: Serialize> Command<A> {
    /// Hash of what is asked and by whom, by which a repeat is told from a conflict. The moment and the expected version are not part
    /// of it, because an honest retry has later ones.
    #[must_use]
    pub fn content(&self) -> String {
        content_hash(&(&self.actor, &self.on_behalf_of, &self.action))
    }

    /// What this command makes happen, as events that follow the `version`-th of the state.
    #[must_use]
    pub fn events<K>(&self, version: u64, rulebook: &Fingerprint, what: impl IntoIterator<Item = K>) -> Vec<Event<K>> {
        let content = self.content();
        let event = |seq: &mut u64, what| {
            *seq = seq.saturating_add(1);
            Some(Event {
                seq: *seq,
                command: self.id.clone(),
                content: content.clone(),
                at: self.at,
                actor: self.actor.clone(),
                on_behalf_of: self.on_behalf_of.clone(),
                rulebook: rulebook.clone(),
                what,
            })
        };
        what.into_iter().scan(version, event).collect()
    }
}

/// A fact that a decision has made, to be stored and folded into the state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "EventOf{K}")]
#[serde(deny_unknown_fields)]
pub struct Event<K> {
    /// The event's number in its state's history, from 1.
    pub seq: u64,
    /// The command that caused it.
    pub command: CommandId,
    /// Hash of that command's content, by which a repeat is told from a conflict.
    pub content: String,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: ActorId,
    /// For whom.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<ActorId>,
    /// The rulebook by which it was decided.
    pub rulebook: Fingerprint,
    /// What happened.
    pub what: K,
}

/// Why a command is refused. A refusal is a value, not an error.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Refusal {
    /// The reason; stable across versions.
    pub code: Code,
    /// The reason, for a person.
    pub message: String,
    /// The figures: what was asked, what would pass.
    #[serde(skip_serializing_if = "Details::is_empty")]
    pub details: Details,
}

impl Refusal {
    /// A reason without figures.
    pub fn new(code: impl Into<Code>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), details: Details::default() }
    }

    /// Adds a figure.
    #[must_use]
    pub fn detail(mut self, name: &'static str, value: impl Into<Detail>) -> Self {
        self.details.push(name, value);
        self
    }
}

/// What became of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It was done; the events say what.
    Accepted,
    /// It was refused; the first reason is the one that counts, in the declared order of precedence.
    Refused(Vec<Refusal>),
    /// It was done or refused before; the code is that of the first refusal, absent when it was accepted. No events.
    AlreadyHandled {
        /// Why it was refused then.
        #[serde(skip_serializing_if = "Option::is_none")]
        refused: Option<Code>,
    },
}

/// The answer of a decider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "DecisionOf{K}")]
pub struct Decision<K> {
    /// What became of the command.
    pub outcome: Outcome,
    /// What happened, in order; folding them over the old state gives the new one.
    pub events: Vec<Event<K>>,
}

/// The commands that a state has handled. On the wire a list, in the order in which they were handled.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Memory(
    #[serde(serialize_with = "write_memory", deserialize_with = "read_memory")]
    #[schemars(with = "Vec<Remembered>")]
    Map<CommandId, Recollection>,
);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Recollection {
    content: String,
    refused: Option<Code>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Remembered {
    command: CommandId,
    content: String,
    #[serde(default)]
    refused: Option<Code>,
}

#[derive(Serialize)]
struct RememberedView<'m> {
    command: &'m CommandId,
    content: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<Code>,
}

fn write_memory<S: Serializer>(memory: &Map<CommandId, Recollection>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(memory.iter().map(|(command, entry)| RememberedView {
        command,
        content: &entry.content,
        refused: entry.refused,
    }))
}

fn read_memory<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map<CommandId, Recollection>, D::Error> {
    let entries = Vec::<Remembered>::deserialize(deserializer)?;
    Ok(entries.into_iter().map(|entry| (entry.command, Recollection { content: entry.content, refused: entry.refused })).collect())
}

impl Memory {
    /// What the memory says of a command: `None` when it is new, `Some(Err(..))` when the id was used for other content.
    #[must_use]
    pub fn recall(&self, command: &CommandId, content: &str) -> Option<Result<Outcome, CommandConflict>> {
        let known = self.0.get(command)?;
        Some(if known.content == content { Ok(Outcome::AlreadyHandled { refused: known.refused }) } else { Err(CommandConflict) })
    }

    /// Remembers the command of an event; `refused` is the code when the event says that it was refused. A command may cause other
    /// events than its refusal; the refusal is what counts.
    pub fn remember<K>(&mut self, event: &Event<K>, refused: Option<Code>) {
        match self.0.get_mut(&event.command) {
            Some(known) => known.refused = known.refused.or(refused),
            None => {
                self.0.insert(event.command.clone(), Recollection { content: event.content.clone(), refused });
            }
        }
    }
}

/// A command id that was used before, for other content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommandConflict;

/// The hash by which the content of a command is compared: SHA-256 over its canonical JSON, in hexadecimal.
pub fn content_hash<T: Serialize>(content: &T) -> String {
    let mut hash = Sha256::new();
    to_json_pieces(content, &mut |piece| hash.update(piece));
    let mut text = String::with_capacity(64);
    for byte in hash.finalize() {
        for nibble in [byte.wrapping_shr(4), byte & 15] {
            text.push(char::from_digit(nibble.into(), 16).unwrap_or('0'));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(command: &str) -> Event<()> {
        Event {
            seq: 1,
            command: CommandId::new(command).unwrap(),
            content: format!("hash of {command}"),
            at: "2026-11-21T09:30:00Z".parse().unwrap(),
            actor: ActorId::new("ann").unwrap(),
            on_behalf_of: None,
            rulebook: Fingerprint::default(),
            what: (),
        }
    }

    #[test]
    fn memory_is_a_list_on_the_wire_in_the_order_of_the_commands() {
        let mut memory = Memory::default();
        memory.remember(&event("b"), None);
        memory.remember(&event("a"), Some(super::super::InventoryCode::Insufficient.into()));
        memory.remember(&event("b"), None);
        let json = serde_json::to_string(&memory).unwrap();
        assert_eq!(
            json,
            r#"[{"command":"b","content":"hash of b"},{"command":"a","content":"hash of a","refused":"inventory.insufficient"}]"#
        );
        assert_eq!(serde_json::from_str::<Memory>(&json).unwrap(), memory);
    }

    #[test]
    fn memory_tells_a_repeat_from_a_conflict_and_keeps_the_refusal() {
        let mut memory = Memory::default();
        let refused = Some(super::super::InventoryCode::Insufficient.into());
        memory.remember(&event("a"), None);
        memory.remember(&event("a"), refused);
        memory.remember(&event("a"), None);
        let id = CommandId::new("a").unwrap();
        assert_eq!(memory.recall(&id, "hash of a"), Some(Ok(Outcome::AlreadyHandled { refused })));
        assert_eq!(memory.recall(&id, "hash of b"), Some(Err(CommandConflict)));
        assert_eq!(memory.recall(&CommandId::new("b").unwrap(), "hash of b"), None);
    }
}
