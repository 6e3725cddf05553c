/** What is said between the run and its attacker: plain data over IPC. */
import type { AttackTarget } from './attack';

export interface AttackerOptions {
  target: AttackTarget;
  seed: number;
  /** Every name that the attacker registers begins with it. */
  prefix: string;
  /** Texts that are in messages of others and nowhere else. */
  marks: readonly string[];
}

export type ToAttacker =
  | { kind: 'prepare'; options: AttackerOptions }
  /** `faults`: whether faults are made meanwhile. */
  | { kind: 'attack'; faults: boolean }
  | { kind: 'rest' }
  | { kind: 'report' };

export interface AttackReport {
  /** Answers by act and outcome. */
  answers: Record<string, Record<string, number>>;
  /** What should not have been answered or received, each once, with how often. */
  wrong: Record<string, number>;
  /** Sockets that are still open. */
  open: number;
  /** Texts that reached the attacker. */
  received: number;
}

export type FromAttacker =
  { kind: 'done' } | { kind: 'report'; report: AttackReport } | { kind: 'failed'; why: string };
