export { AUDIT_ACTIONS, silentAudit, type Audit, type AuditAction, type AuditEvent, type AuditOutcome } from './audit';
export { auditRefusal, isRecorded, markRecorded } from './audit-refusal';
export { createAudit, type AuditOptions } from './create-audit';
