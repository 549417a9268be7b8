import type { StepFacts } from '../domain/facts.js';
import type { Built, JudgeInput, Judgement } from '../domain/judging.js';

/** One named position in a session type. Both functions are pure: facts in, a decision out. */
export interface Step {
  readonly name: string;
  buildCommand(facts: StepFacts): Built;
  /** Never believes a status alone: exit codes, files and the bytes of reports decide. INV-5. */
  judgeResult(input: JudgeInput): Judgement;
}
