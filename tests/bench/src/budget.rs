//! The budgets and goals, in CPU milliseconds of the server for one operation at 8
//! connections, MiB, and milliseconds of a start. They were set beside the least program that
//! does the same true work and beside other providers on one machine with AVX512-IFMA:
//! without it, one RSA-2048 signature costs twice and more.

/// What must be kept, and what is wanted.
#[derive(Clone, Copy)]
pub struct Budget {
    pub budget: f64,
    pub goal: f64,
}

/// How a figure stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    GoalReached,
    Kept,
    Over,
}

impl Standing {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GoalReached => "goal",
            Self::Kept => "kept",
            Self::Over => "OVER",
        }
    }
}

impl Budget {
    const fn new(budget: f64, goal: f64) -> Self {
        Self { budget, goal }
    }

    pub fn standing(self, figure: f64) -> Standing {
        if figure <= self.goal {
            Standing::GoalReached
        } else if figure <= self.budget {
            Standing::Kept
        } else {
            Standing::Over
        }
    }
}

pub const DOCUMENT: Budget = Budget::new(0.020, 0.014);
pub const CLIENT_CREDENTIALS: Budget = Budget::new(0.040, 0.025);
pub const USERINFO: Budget = Budget::new(0.030, 0.018);
pub const INTROSPECTION: Budget = Budget::new(0.030, 0.020);
pub const REFRESH: Budget = Budget::new(0.45, 0.40);
pub const CODE_AND_TOKEN: Budget = Budget::new(0.60, 0.52);
pub const LOGIN: Budget = Budget::new(0.90, 0.70);
pub const MEMORY_IDLE: Budget = Budget::new(20.0, 12.0);
pub const MEMORY_AFTER_LOGINS: Budget = Budget::new(50.0, 30.0);
pub const START: Budget = Budget::new(100.0, 30.0);
