/** What adapters of the database are made of. */
export {
  classifyFailure,
  endsConnection,
  isStaleStatement,
  kindOfFailure,
  sqlstateOf,
  type FailureKind,
} from './classify-failure';
export { RESULT_PARSERS, toText } from './convert-values';
export { checksumOf, migrate, type MigrationSession } from './migrate';
export { StatementObserver } from './observe-statement';
