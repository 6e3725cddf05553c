/** Tiers say what they need: unit nothing, integration real backends, system a URL, browser a URL and Chromium, failures processes and backends. */
const base = {
  transform: {
    '^.+\\.ts$': ['ts-jest', { tsconfig: '<rootDir>/tsconfig.jest.json', diagnostics: false }],
    '/@electric-sql/pglite/.+\\.cjs$': '<rootDir>/test/testing/import-as-require.cjs',
  },
  transformIgnorePatterns: ['/node_modules/(?!@electric-sql/pglite/)'],
  moduleNameMapper: {
    '^@chat-app/protocol/pure$': '<rootDir>/packages/protocol/src/pure.ts',
    '^@chat-app/(client|client-react|database|fanout|message-log|platform|protocol|timing|tokens)$':
      '<rootDir>/packages/$1/src/index.ts',
    '^@chat-app/(database|fanout|message-log)/contract$': '<rootDir>/packages/$1/src/$1.contract.ts',
    '^@chat-app/(database|embedded|fanout|message-log)/(.*)$': '<rootDir>/packages/$1/src/$2/index.ts',
    '^@chat-app/client/(store|tabs)$': '<rootDir>/packages/client/src/$1/index.ts',
    '^@chat-app/(authentication|websocket|persistence)$': '<rootDir>/services/$1/src/index.ts',
    '^@chat-app/standalone$': '<rootDir>/standalone/src/index.ts',
  },
  testEnvironment: 'node',
  rootDir: __dirname,
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/'],
  clearMocks: true,
};

module.exports = {
  projects: [
    {
      ...base,
      displayName: 'unit',
      testMatch: [
        '<rootDir>/{packages,services,standalone,web,charts,k8s,scripts,observability,test/testing,test/chaos,test/checker,test/fuzz,bench}/**/*.test.ts',
      ],
      testPathIgnorePatterns: ['\\.integration\\.test\\.ts$', '/node_modules/'],
    },
    {
      ...base,
      displayName: 'integration',
      testMatch: ['<rootDir>/{packages,services,standalone}/**/*.integration.test.ts'],
    },
    { ...base, displayName: 'system', testMatch: ['<rootDir>/test/system/**/*.test.ts'] },
    { ...base, displayName: 'browser', testMatch: ['<rootDir>/test/browser/**/*.test.ts'] },
    { ...base, displayName: 'failures', testMatch: ['<rootDir>/test/{failures,observability,security}/**/*.test.ts'] },
    { ...base, displayName: 'e2e', testMatch: ['<rootDir>/test/e2e/**/*.test.ts'] },
  ],
  testTimeout: 20_000,
};
