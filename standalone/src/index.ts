export { standaloneConfiguration, standaloneVariables, type StandaloneConfiguration } from './configuration';
export { startStandalone, type Standalone } from './start-standalone';
