export { createAuthentication, type Authentication, type AuthenticationDependencies } from './authentication';
export { authenticationVariables, type AuthenticationConfiguration } from './configuration';
export { INTERNAL_BODY_BYTES } from './answer-services';
export { DEMO_USERS } from './create-demo-users';
