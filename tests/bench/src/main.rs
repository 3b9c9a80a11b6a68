//! Measures a dingpass binary: CPU time of the server for each operation, latency, memory and
//! start-up, beside the budgets. A closed loop over kept-alive connections, which shares the
//! machine with what it measures; so the server's CPU time, from /proc, is what counts, and
//! operations a second are an indication.

mod arguments;
mod budget;
mod failure;
mod house;
mod http;
mod load;
mod machine;
mod operations;
mod process;
mod report;

use std::cell::Cell;
use std::process::ExitCode;
use std::rc::Rc;

use tokio::task::LocalSet;

use arguments::Arguments;
use failure::{Doing as _, Failure};
use house::{House, Offered};
use load::{Extent, Figures, Operation, median};
use machine::Machine;
use operations::{Client, Login, Person, Refresh, Renewal};
use process::Server;
use report::{Name, Outcome, Report, Run, Single, mib};

/// Starts of which the median is taken.
const STARTS: usize = 5;
/// Slices of a run.
const SLICES: usize = 3;
/// Connections of the logins before memory is read.
const LOGIN_CONNECTIONS: usize = 8;

fn main() -> ExitCode {
    match measure() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<bool, Failure> {
    let arguments = Arguments::parse(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let report = LocalSet::new().block_on(&runtime, report(&arguments))?;
    match arguments.json.as_deref() {
        Some("-") => println!("{:#}", report.json()),
        Some(file) => {
            std::fs::write(file, format!("{:#}\n", report.json())).doing(file)?;
            print!("{}", report.table());
        }
        None => print!("{}", report.table()),
    }
    Ok(!report.failed())
}

async fn report(arguments: &Arguments) -> Result<Report, Failure> {
    let binary = &arguments.binary;
    let size = std::fs::metadata(binary)
        .doing(&binary.display().to_string())?
        .len();
    let machine = Machine::look();
    let people = usize::try_from(arguments.logins).doing("--logins")?;
    let house = House::build(binary, people).await?;
    let mut singles = vec![Single {
        key: "binary",
        name: "binary",
        unit: "MiB",
        figure: mib(size),
        budget: None,
    }];
    let broker = started(&house, &mut singles).await?;
    let mut bench = Bench {
        offered: house::offered(&broker).await?,
        next: Rc::new(Cell::new(0)),
        house,
        broker,
    };
    if arguments.hold {
        eprintln!(
            "the broker's process is {}; Enter goes on",
            bench.broker.pid()
        );
        std::io::stdin().read_line(&mut String::new())?;
    }
    if arguments.wants(Name::Login) {
        bench.logins(arguments.logins, &mut singles).await?;
    }
    let mut runs = Vec::new();
    for name in Name::ALL.into_iter().filter(|name| arguments.wants(*name)) {
        for &connections in &arguments.connections {
            let extent = Extent::Slices {
                count: SLICES,
                each: arguments.slice,
            };
            eprintln!("{} at {connections} connections", name.as_str());
            let outcome = match bench.run(name, connections, extent).await {
                Ok(Some(figures)) => Outcome::Measured(Box::new(figures)),
                Ok(None) => Outcome::NotOffered,
                Err(failure) => {
                    eprintln!("{failure}\n{}", bench.house.log_tail());
                    Outcome::Failed(failure.to_string())
                }
            };
            runs.push(Run {
                name,
                connections,
                outcome,
            });
        }
    }
    bench.broker.stop()?;
    Ok(Report {
        machine,
        version: machine::version(binary),
        profile: machine::profile(binary),
        singles,
        runs,
    })
}

/// The broker after several starts with its keys and its store on disk. The very first start
/// makes them and is not measured.
async fn started(house: &House, singles: &mut Vec<Single>) -> Result<Server, Failure> {
    let mut broker = house.broker().await?;
    let (mut wall, mut cpu) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        broker.stop()?;
        broker = house.broker().await?;
        wall.push(broker.start.as_secs_f64() * 1000.0);
        cpu.push(broker.start_cpu.as_secs_f64() * 1000.0);
    }
    singles.push(Single {
        key: "start_cpu",
        name: "start to first answer, CPU",
        unit: "ms",
        figure: median(&cpu),
        budget: Some(budget::START),
    });
    singles.push(Single {
        key: "start_wall",
        name: "start to first answer, wall",
        unit: "ms",
        figure: median(&wall),
        budget: None,
    });
    singles.push(Single {
        key: "memory_idle",
        name: "resident memory, idle",
        unit: "MiB",
        figure: broker.memory()?.now,
        budget: Some(budget::MEMORY_IDLE),
    });
    singles.push(Single {
        key: "memory_idle_anonymous",
        name: "of it anonymous: without the program's own pages",
        unit: "MiB",
        figure: broker.memory()?.anonymous,
        budget: None,
    });
    Ok(broker)
}

/// What the operations run against.
struct Bench {
    house: House,
    broker: Server,
    offered: Offered,
    /// The person whose turn it is to sign in.
    next: Rc<Cell<usize>>,
}

impl Bench {
    /// So many first logins of different people, and what is remembered after them.
    async fn logins(&mut self, count: u64, singles: &mut Vec<Single>) -> Result<(), Failure> {
        eprintln!("{count} first logins");
        let people = self.people(Client::Plain, LOGIN_CONNECTIONS).await?;
        let people = people.into_iter().map(Login).collect();
        let figures = load::run(&self.broker, people, Extent::Operations(count)).await?;
        singles.push(Single {
            key: "memory_after_logins",
            name: "resident memory after the logins of different people",
            unit: "MiB",
            figure: figures.memory.now,
            budget: (count == 10_000).then_some(budget::MEMORY_AFTER_LOGINS),
        });
        singles.push(Single {
            key: "memory_highest",
            name: "highest resident memory until then",
            unit: "MiB",
            figure: figures.memory.highest,
            budget: None,
        });
        singles.push(Single {
            key: "store_after_logins",
            name: "store after them",
            unit: "MiB",
            figure: self.house.store_mib()?,
            budget: None,
        });
        singles.push(Single {
            key: "logins",
            name: "how many these logins were",
            unit: "logins",
            figure: count as f64,
            budget: None,
        });
        Ok(())
    }

    /// One operation; nothing where the broker does not offer it.
    async fn run(
        &self,
        name: Name,
        connections: usize,
        extent: Extent,
    ) -> Result<Option<Figures>, Failure> {
        let (broker, offered) = (&self.broker, &self.offered);
        let figures = match name {
            Name::Discovery => {
                let all = many(connections, async || operations::discovery(broker).await);
                self.load(all.await?, extent).await
            }
            Name::Jwks => {
                let all = many(connections, async || {
                    operations::document(broker, &offered.jwks, "\"keys\"").await
                });
                self.load(all.await?, extent).await
            }
            Name::ClientCredentials => {
                if !offered.grants("client_credentials") {
                    return Ok(None);
                }
                let all = many(connections, async || {
                    operations::client_credentials(broker, &offered.token).await
                });
                self.load(all.await?, extent).await
            }
            Name::Userinfo => {
                let Some(path) = &offered.userinfo else {
                    return Ok(None);
                };
                let all = many(connections, async || {
                    operations::userinfo(self.person(Client::Plain).await?, broker, path).await
                });
                self.load(all.await?, extent).await
            }
            Name::Introspection => {
                let Some(path) = &offered.introspection else {
                    return Ok(None);
                };
                let all = many(connections, async || {
                    operations::introspection(self.person(Client::Plain).await?, broker, path).await
                });
                self.load(all.await?, extent).await
            }
            Name::Refresh => {
                if !offered.grants("refresh_token") {
                    return Ok(None);
                }
                let all = many(connections, async || {
                    Refresh::begin(self.person(Client::Lasting).await?).await
                });
                self.load(all.await?, extent).await
            }
            Name::CodeAndToken => {
                let all = many(connections, async || {
                    Renewal::begin(self.person(Client::Plain).await?).await
                });
                self.load(all.await?, extent).await
            }
            Name::Login => {
                let people = self.people(Client::Plain, connections).await?;
                self.load(people.into_iter().map(Login).collect(), extent)
                    .await
            }
        };
        figures.map(Some)
    }

    async fn load<O: Operation>(
        &self,
        operations: Vec<O>,
        extent: Extent,
    ) -> Result<Figures, Failure> {
        load::run(&self.broker, operations, extent).await
    }

    async fn person(&self, client: Client) -> Result<Person, Failure> {
        Person::new(&self.house, &self.broker, &self.offered, client, &self.next).await
    }

    async fn people(&self, client: Client, count: usize) -> Result<Vec<Person>, Failure> {
        many(count, async || self.person(client).await).await
    }
}

async fn many<T>(
    count: usize,
    mut one: impl AsyncFnMut() -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut all = Vec::new();
    for _ in 0..count {
        all.push(one().await?);
    }
    Ok(all)
}
