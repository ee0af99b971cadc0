//! A PostgreSQL of one's own: made in a temporary folder, started, and stopped and removed when it goes out of scope.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::Result;

/// Where Debian's packages put their programs, one folder for each version.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The user that Debian's package makes. PostgreSQL refuses to run as root.
const USER: &str = "postgres";

/// A running server.
pub struct Server {
    programs: PathBuf,
    folder: TempDir,
}

impl Server {
    /// Starts a server that listens on a socket in its own folder alone. `None` when PostgreSQL is not installed.
    ///
    /// # Errors
    /// When it is installed and does not start.
    pub fn start() -> Result<Option<Self>> {
        let Some(programs) = programs() else { return Ok(None) };
        let server = Self { programs, folder: TempDir::with_prefix("dealdesk-postgres-")? };
        if is_root()? {
            run(Command::new("chown").arg(USER).arg(server.folder.path()))?;
        }
        let data = server.data();
        server.program("initdb", &[OsStr::new("--pgdata"), data.as_os_str(), "--username=dealdesk".as_ref(), "--auth=trust".as_ref()])?;
        let settings = format!("-c listen_addresses='' -c max_connections=200 -k {}", server.folder.path().display());
        server.control(&[
            "--log".as_ref(),
            server.folder.path().join("log").as_os_str(),
            "--options".as_ref(),
            settings.as_ref(),
            "start".as_ref(),
        ])?;
        Ok(Some(server))
    }

    /// What a client connects to.
    #[must_use]
    pub fn address(&self) -> String {
        format!("host={} user=dealdesk dbname=postgres", self.folder.path().display())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn control(&self, arguments: &[&OsStr]) -> Result<()> {
        let data = self.data();
        let mut all = vec![OsStr::new("--pgdata"), data.as_os_str(), "--wait".as_ref()];
        all.extend(arguments);
        self.program("pg_ctl", &all)
    }

    fn program(&self, name: &str, arguments: &[&OsStr]) -> Result<()> {
        let program = self.programs.join(name);
        let mut command = if is_root()? {
            let mut command = Command::new("setpriv");
            command.args(["--reuid", USER, "--regid", USER, "--init-groups"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        run(command.args(arguments).current_dir(self.folder.path()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Err(problem) = self.control(&["--mode=immediate".as_ref(), "stop".as_ref()]) {
            eprintln!("PostgreSQL does not stop: {problem}");
        }
    }
}

/// The programs of the newest version that is installed.
fn programs() -> Option<PathBuf> {
    let versions = fs::read_dir(DEBIAN).ok()?;
    let folders = versions.filter_map(|version| Some(version.ok()?.path()));
    let number = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let newest = folders.filter(|folder| folder.join("bin/initdb").is_file()).max_by_key(|folder| number(folder))?;
    Some(newest.join("bin"))
}

fn is_root() -> Result<bool> {
    let id = Command::new("id").arg("-u").output()?;
    Ok(id.stdout.trim_ascii() == b"0")
}

fn run(command: &mut Command) -> Result<()> {
    let done = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?.wait_with_output()?;
    if done.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&done.stderr)).into())
}
