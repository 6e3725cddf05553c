export { EmbeddedLeaseBoard, EmbeddedPresenceLeases } from './presence-embedded';
export { createEmbeddedBus, createEmbeddedFanout, EmbeddedFanout, type EmbeddedBus } from './fanout-embedded';
