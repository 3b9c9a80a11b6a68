//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use crate::failure::{Doing as _, Failure};
use crate::report::Name;

pub const USAGE: &str = "\
Usage: dingpass-bench [OPTIONS] BINARY

Measures a dingpass binary on this machine. Starts a simulated DingTalk and a broker on free
loopback ports, with a store in a temporary folder, and ends them.

  --connections N,N   closed loops at these numbers of connections (8,64)
  --seconds S         length of each of three slices of a run (2)
  --logins N          first logins before memory is read (10000)
  --only NAME,NAME    these operations alone: discovery, jwks, client_credentials, userinfo,
                      introspection, refresh, code_and_token, login
  --json FILE         writes all figures there, too; - is the standard output
  --hold              waits for a line on standard input before the operations, and tells
                      the broker's process id, for a profiler
";

/// What is to be measured, and how.
pub struct Arguments {
    pub binary: PathBuf,
    pub connections: Vec<usize>,
    pub slice: Duration,
    pub logins: u64,
    pub only: Option<Vec<Name>>,
    pub json: Option<String>,
    pub hold: bool,
}

impl Arguments {
    pub fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut binary = None;
        let mut arguments = Self {
            binary: PathBuf::new(),
            connections: vec![8, 64],
            slice: Duration::from_secs(2),
            logins: 10_000,
            only: None,
            json: None,
            hold: false,
        };
        while let Some(word) = words.next() {
            let mut value = || words.next().doing(&format!("{word} needs a value"));
            match word.as_str() {
                "--connections" => {
                    arguments.connections = value()?
                        .split(',')
                        .map(|text| text.parse().doing("--connections"))
                        .collect::<Result<_, _>>()?;
                }
                "--seconds" => {
                    let seconds: f64 = value()?.parse().doing("--seconds")?;
                    arguments.slice = Duration::try_from_secs_f64(seconds).doing("--seconds")?;
                }
                "--logins" => arguments.logins = value()?.parse().doing("--logins")?,
                "--only" => {
                    arguments.only = Some(
                        value()?
                            .split(',')
                            .map(|text| Name::parse(text).doing(&format!("no operation {text}")))
                            .collect::<Result<_, _>>()?,
                    );
                }
                "--json" => arguments.json = Some(value()?),
                "--hold" => arguments.hold = true,
                _ if word.starts_with('-') => {
                    return Err(Failure::new(format!("there is no {word}\n\n{USAGE}")));
                }
                _ => binary = Some(PathBuf::from(word)),
            }
        }
        arguments.binary = binary.doing(&format!("which binary?\n\n{USAGE}"))?;
        if arguments.connections.contains(&0) || arguments.slice.is_zero() || arguments.logins == 0
        {
            return Err(Failure::new("0 is no number of anything to measure"));
        }
        Ok(arguments)
    }

    pub fn wants(&self, name: Name) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(&name))
    }
}
