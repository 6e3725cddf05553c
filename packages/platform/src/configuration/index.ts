export { rawValue, type Environment, type ValueOf, type Variable } from './variable';
export { flag, integer, list, oneOf, optionalText, text } from './variables';
export {
  decodeUrlPart,
  hostPorts,
  httpUrl,
  optionalHttpUrl,
  originOf,
  origins,
  parseHostPort,
  urlHost,
} from './addresses';
export { secret, secretOf, type Secret } from './secret';
export { trustedCertificates, type TrustedCertificates } from './trusted-certificates';
export {
  configurationInvalid,
  parseConfiguration,
  type Configuration,
  type ConfigurationFault,
  type Variables,
} from './parse-configuration';
export { commonVariables, port, tokenVariables } from './common-variables';
