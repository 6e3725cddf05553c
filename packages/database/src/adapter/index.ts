/** What adapters of the database are made of. */
export { classifyFailure, endsConnection, isStaleStatement, type FailureKind } from './classify-failure';
export { RESULT_PARSERS, toText } from './convert-values';
export { migrate, type MigrationSession } from './migrate';
export { StatementObserver } from './observe-statement';
