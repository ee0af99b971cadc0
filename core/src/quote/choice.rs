//! The policies of stages whose rules come with terms: which of the rules that match apply, where each may still be refused.

use super::result::RejectionReason;
use crate::adjust::{Figure, Policy, Stage};
use crate::expr::Leaf;
use crate::report::Error;

/// A line, or the document, on which the rules of a stage are to apply.
pub(super) trait Ground {
    /// What a rule would leave, or why it cannot apply.
    fn judge(&mut self, number: u32) -> Result<Result<Figure, RejectionReason>, Error>;

    /// Applies a rule as it was judged.
    fn apply(&mut self, number: u32, judged: Figure) -> Result<(), Error>;
}

/// What became of the rules that match.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    pub(super) applied: Vec<u32>,
    pub(super) refused: Vec<(u32, RejectionReason)>,
    /// Those whose conditions were not met when their turn came, with what failed then.
    pub(super) unmet: Vec<(u32, Vec<Leaf>)>,
}

impl Chosen {
    /// Forgets everything, but keeps the room.
    pub(super) fn clear(&mut self) {
        self.applied.clear();
        self.refused.clear();
        self.unmet.clear();
    }

    /// Chooses among the rules that match, which are given by their numbers in ascending order, and applies what is chosen.
    pub(super) fn choose(&mut self, stage: &Stage, matched: &[u32], ground: &mut impl Ground) -> Result<(), Error> {
        match stage.policy {
            Policy::Best | Policy::Worst => self.preferred(stage, matched, ground),
            Policy::First => {
                for number in matched {
                    if self.try_rule(*number, ground)? {
                        break;
                    }
                }
                Ok(())
            }
            Policy::OnBase => {
                for number in matched {
                    self.try_rule(*number, ground)?;
                }
                Ok(())
            }
            Policy::Compound => self.until_stop(stage, matched, ground),
            Policy::Exclusive => {
                for number in matched.iter().filter(|number| stage.rule(**number).is_some_and(|rule| rule.exclusive)) {
                    if self.try_rule(*number, ground)? {
                        return Ok(());
                    }
                }
                let others: Vec<u32> =
                    matched.iter().copied().filter(|number| stage.rule(*number).is_some_and(|rule| !rule.exclusive)).collect();
                self.until_stop(stage, &others, ground)
            }
        }
    }

    /// Applies the rule when nothing refuses it.
    pub(super) fn try_rule(&mut self, number: u32, ground: &mut impl Ground) -> Result<bool, Error> {
        match ground.judge(number)? {
            Ok(figure) => {
                ground.apply(number, figure)?;
                self.applied.push(number);
                Ok(true)
            }
            Err(reason) => {
                self.refused.push((number, reason));
                Ok(false)
            }
        }
    }

    fn until_stop(&mut self, stage: &Stage, matched: &[u32], ground: &mut impl Ground) -> Result<(), Error> {
        for number in matched {
            if self.try_rule(*number, ground)? && stage.rule(*number).is_some_and(|rule| rule.stop) {
                break;
            }
        }
        Ok(())
    }

    fn preferred(&mut self, stage: &Stage, matched: &[u32], ground: &mut impl Ground) -> Result<(), Error> {
        let mut best: Option<(u32, Figure)> = None;
        for number in matched {
            match ground.judge(*number)? {
                Ok(figure) if best.is_none_or(|(_, best)| stage.prefers(figure, best)) => best = Some((*number, figure)),
                Ok(_) => {}
                Err(reason) => self.refused.push((*number, reason)),
            }
        }
        if let Some((number, figure)) = best {
            ground.apply(number, figure)?;
            self.applied.push(number);
        }
        Ok(())
    }
}
