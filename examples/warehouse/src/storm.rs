//! Many clients at once, some of which are killed in the middle and started again.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread;

use crate::Result;
use crate::desk::Answer;

/// How hard the storm blows.
#[derive(Debug, Clone, Copy)]
pub struct Strength {
    /// How many clients there are.
    pub clients: u64,
    /// How many orders each of them gives.
    pub orders: u64,
}

/// What the clients were told.
#[derive(Debug, Default)]
pub struct Told {
    /// The answer to every order, by its id.
    pub answers: BTreeMap<String, Vec<String>>,
    /// How often a client was killed.
    pub killed: u32,
    /// How often a decision was made again because somebody else was faster.
    pub retries: u64,
}

/// Runs the clients to their end. Every third one is killed three times, at other moments each time.
///
/// # Errors
/// When a client fails, and when an order that is given again gets another answer than before.
pub fn run(program: &Path, address: &str, strength: Strength) -> Result<Told> {
    let told = thread::scope(|scope| {
        let clients: Vec<_> =
            (0..strength.clients).map(|number| scope.spawn(move || follow(program, address, number, strength.orders))).collect();
        clients.into_iter().map(|client| client.join().map_err(|_| "a client's thread has ended in a panic")?).collect::<Result<Vec<_>>>()
    })?;
    let mut all = Told::default();
    for told in told {
        all.killed += told.killed;
        all.retries += told.retries;
        all.answers.extend(told.answers);
    }
    Ok(all)
}

/// One client's life, with its deaths.
fn follow(program: &Path, address: &str, number: u64, orders: u64) -> Result<Told> {
    let mut told = Told::default();
    let deaths = if number.is_multiple_of(3) { 3 } else { 0 };
    for death in 1..=deaths {
        let mut client = start(program, address, number, orders)?;
        // The longer it lives, the more of its orders were given before; 5 leaves it time to be in the middle of one.
        let out = lines(&mut client)?;
        let heard = listen(out, &mut told, Some(orders * death / 4 + number % 5));
        client.kill()?;
        heard?;
        client.wait()?;
        told.killed += 1;
    }
    let mut client = start(program, address, number, orders)?;
    listen(lines(&mut client)?, &mut told, None)?;
    let status = client.wait()?;
    if status.success() { Ok(told) } else { Err(format!("client {number}: {status}").into()) }
}

fn start(program: &Path, address: &str, number: u64, orders: u64) -> Result<Child> {
    let mut client = Command::new(program);
    client.arg("client").arg(address).arg(number.to_string()).arg(orders.to_string());
    Ok(client.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?)
}

type Lines = std::io::Lines<BufReader<ChildStdout>>;

fn lines(client: &mut Child) -> Result<Lines> {
    Ok(BufReader::new(client.stdout.take().ok_or("the client has no standard output")?).lines())
}

/// Hears the client's answers, up to a number of them or to its end; gives back the lines, so that the client can go on writing.
fn listen(mut lines: Lines, told: &mut Told, enough: Option<u64>) -> Result<Lines> {
    let mut heard = 0;
    while enough.is_none_or(|enough| heard < enough) {
        let Some(line) = lines.next() else { break };
        let answer: Answer = serde_json::from_str(&line?)?;
        told.retries += u64::from(answer.retries);
        let before = told.answers.insert(answer.order.clone(), answer.refused.clone());
        if let Some(before) = before.filter(|before| *before != answer.refused) {
            return Err(format!("`{}` was told {before:?} first, and {:?} when it asked again", answer.order, answer.refused).into());
        }
        heard += 1;
    }
    Ok(lines)
}
