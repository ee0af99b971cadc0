//! Running other programs, and saying what went wrong.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

/// What a command of ours comes to: nothing, or what went wrong.
pub type Outcome = Result<(), String>;

/// Ends with what went wrong.
pub fn fail<T>(message: impl Into<String>) -> Result<T, String> {
    Err(message.into())
}

/// A program to run, shown before it runs.
pub struct Shell(Command);

/// A program with its arguments.
pub fn shell(program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Shell {
    let mut command = Command::new(program);
    command.args(arguments);
    Shell(command)
}

/// The cargo that runs us.
pub fn cargo(arguments: &[&str]) -> Shell {
    shell(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()), arguments)
}

impl Shell {
    /// Runs it in that folder.
    pub fn within(mut self, folder: impl AsRef<Path>) -> Self {
        self.0.current_dir(folder);
        self
    }

    /// Adds more arguments.
    pub fn args(mut self, arguments: &[&str]) -> Self {
        self.0.args(arguments);
        self
    }

    /// Adds one more argument.
    pub fn with(mut self, argument: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.arg(argument);
        self
    }

    /// Sets a variable of its environment.
    pub fn env(mut self, name: &str, value: impl AsRef<std::ffi::OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    /// Runs it; its output goes where ours goes.
    pub fn run(mut self) -> Outcome {
        println!("$ {}", self.shown());
        let status = self.0.status().map_err(|error| format!("{}: {error}", self.shown()))?;
        if status.success() { Ok(()) } else { fail(format!("{}: {status}", self.shown())) }
    }

    /// Runs it and gives what it prints; its complaints go where ours go.
    pub fn read(mut self) -> Result<String, String> {
        let output = self.0.stderr(Stdio::inherit()).output().map_err(|error| format!("{}: {error}", self.shown()))?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() { Ok(text) } else { fail(format!("{}: {}\n{text}", self.shown(), output.status)) }
    }

    /// Runs it, shows what it prints as it goes, and gives it too, whether it succeeds or not.
    pub fn tee(mut self) -> Result<(String, Outcome), String> {
        println!("$ {}", self.shown());
        let shown = self.shown();
        let mut child = self.0.stdout(Stdio::piped()).spawn().map_err(|error| format!("{shown}: {error}"))?;
        let mut text = String::new();
        for line in child.stdout.take().into_iter().flat_map(|output| BufReader::new(output).lines()) {
            let line = line.map_err(|error| format!("{shown}: {error}"))?;
            println!("{line}");
            text.push_str(&line);
            text.push('\n');
        }
        let status = child.wait().map_err(|error| format!("{shown}: {error}"))?;
        Ok((text, if status.success() { Ok(()) } else { fail(format!("{shown}: {status}")) }))
    }

    /// Whether it can be run and succeeds, without a sound.
    pub fn works(mut self) -> bool {
        self.0.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    }

    fn shown(&self) -> String {
        let words = std::iter::once(self.0.get_program()).chain(self.0.get_args());
        words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
    }
}
