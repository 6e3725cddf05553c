export { createAuthentication, type Authentication, type AuthenticationDependencies } from './create-authentication';
export { authenticationVariables, type AuthenticationConfiguration } from './configuration';
export { INTERNAL_BODY_BYTES } from './internal-routes';
export { DEMO_USERS } from './accounts/create-demo-users';
