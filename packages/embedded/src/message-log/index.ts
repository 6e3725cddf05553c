export { createEmbeddedMessageLog, type EmbeddedMessageLogOptions } from './message-log-embedded';
