export { createEmbeddedBus, createEmbeddedFanout, EmbeddedFanout, type EmbeddedBus } from './fanout-embedded';
