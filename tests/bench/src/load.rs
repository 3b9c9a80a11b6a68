//! The closed loop: each connection begins its next operation when the last one has ended.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::task::JoinSet;

use crate::failure::{Doing as _, Failure};
use crate::process::{Memory, Server};

/// Something that is done over and over on one connection.
pub trait Operation: 'static {
    async fn once(&mut self) -> Result<(), Failure>;
}

/// How long a run lasts.
#[derive(Clone, Copy)]
pub enum Extent {
    /// Slices of time after a warm-up of half a slice. The CPU time of an operation is the
    /// median of the slices, so that one disturbance does not count.
    Slices { count: usize, each: Duration },
    /// So many operations in one slice, without a warm-up.
    Operations(u64),
}

/// What a run came to.
pub struct Figures {
    pub operations: u64,
    pub seconds: f64,
    /// CPU milliseconds of the server for one operation.
    pub cpu: f64,
    /// The same for each slice.
    pub slices: Vec<f64>,
    /// Of an operation, in nanoseconds.
    pub latency: Histogram<u64>,
    pub memory: Memory,
}

struct Shared {
    stop: Cell<bool>,
    /// How many may still begin.
    left: Cell<u64>,
    done: Cell<u64>,
    latency: RefCell<Histogram<u64>>,
}

/// Runs one operation on each of the connections at once.
pub async fn run<O: Operation>(
    server: &Server,
    operations: Vec<O>,
    extent: Extent,
) -> Result<Figures, Failure> {
    let shared = Rc::new(Shared {
        stop: Cell::new(false),
        left: Cell::new(match extent {
            Extent::Slices { .. } => u64::MAX,
            Extent::Operations(count) => count,
        }),
        done: Cell::new(0),
        latency: RefCell::new(Histogram::new_with_bounds(1_000, 120_000_000_000, 3).doing("")?),
    });
    let mut begun = Instant::now();
    let mut cpu = server.cpu()?;
    let mut loops = JoinSet::new();
    for operation in operations {
        loops.spawn_local(repeat(operation, Rc::clone(&shared)));
    }
    let mut slices = Vec::new();
    let mut seconds = 0.0;
    let mut total = 0;
    if let Extent::Slices { count, each } = extent {
        pause(&mut loops, each / 2).await?;
        shared.latency.borrow_mut().reset();
        for _ in 0..count {
            begun = Instant::now();
            cpu = server.cpu()?;
            let before = shared.done.get();
            pause(&mut loops, each).await?;
            let done = shared.done.get() - before;
            slices.push(per_operation(server.cpu()?.saturating_sub(cpu), done)?);
            seconds += begun.elapsed().as_secs_f64();
            total += done;
        }
        shared.stop.set(true);
    }
    while let Some(ended) = loops.join_next().await {
        ended.doing("a loop")??;
    }
    if let Extent::Operations(count) = extent {
        slices.push(per_operation(server.cpu()?.saturating_sub(cpu), count)?);
        seconds = begun.elapsed().as_secs_f64();
        total = count;
    }
    Ok(Figures {
        operations: total,
        seconds,
        cpu: median(&slices),
        slices,
        latency: shared.latency.borrow().clone(),
        memory: server.memory()?,
    })
}

async fn repeat<O: Operation>(mut operation: O, shared: Rc<Shared>) -> Result<(), Failure> {
    while !shared.stop.get() && shared.left.get() > 0 {
        shared.left.set(shared.left.get() - 1);
        let begun = Instant::now();
        operation.once().await?;
        let took = u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX);
        shared.latency.borrow_mut().saturating_record(took);
        shared.done.set(shared.done.get() + 1);
    }
    Ok(())
}

/// Lets the loops run for a while; none may end meanwhile.
async fn pause(loops: &mut JoinSet<Result<(), Failure>>, length: Duration) -> Result<(), Failure> {
    tokio::select! {
        () = tokio::time::sleep(length) => Ok(()),
        Some(ended) = loops.join_next() => match ended.doing("a loop")? {
            Ok(()) => Err(Failure::new("a loop ended by itself")),
            Err(failure) => Err(failure),
        },
    }
}

fn per_operation(cpu: Duration, operations: u64) -> Result<f64, Failure> {
    if operations == 0 {
        return Err(Failure::new("not one operation ended"));
    }
    Ok(cpu.as_secs_f64() * 1000.0 / operations as f64)
}

pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}
