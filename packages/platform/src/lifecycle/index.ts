export { BackgroundLoop, type BackgroundLoopOptions } from './background-loop';
export { CleanupStack } from './cleanup-stack';
export { Readiness, type ComponentState, type ReadinessReport } from './readiness';
export { runCommand, type Command, type CommandContext } from './run-command';
export { runProcess, type ProcessContext, type RunningService } from './run-process';
