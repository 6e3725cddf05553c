import js from '@eslint/js';
import importX from 'eslint-plugin-import-x';
import tseslint from 'typescript-eslint';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';

/** Vendor libraries, each imported by the one place that adapts it. */
const VENDORS = [
  'kafkajs',
  'ioredis',
  'pg',
  '@electric-sql/pglite',
  'undici',
  'express',
  'helmet',
  'jsonwebtoken',
  'pino',
  'prom-client',
  'umzug',
  'ws',
  '@node-rs/argon2',
  'lru-cache',
  '@opentelemetry/*',
];
const PORTS = ['@chat-app/message-log', '@chat-app/fanout', '@chat-app/database', '@chat-app/tokens'];
/** Subpaths are adapters, what those are made of, and contract suites. */
const ADAPTERS = ['@chat-app/*/*', '!@chat-app/protocol/*', '@chat-app/embedded'];
const SERVICES = ['@chat-app/authentication', '@chat-app/websocket', '@chat-app/persistence', '@chat-app/standalone'];
const NODE = ['node:*'];

/** What needs the time of day: it is stored, told, or compared with what another machine or another day wrote. */
const OF_THE_TIME_OF_DAY = [
  'packages/client/src/{session/token-source,connection/open-link}.ts',
  'packages/embedded/src/{database/directory-lock,message-log/partition}.ts',
  'packages/message-log/src/{adapter/log-metrics,kafka/patch-produce}.ts',
  'packages/tokens/src/{key-directory,json-web-token,token-signer}.ts',
  'services/persistence/src/conversations/settings-of-member.ts',
  'services/persistence/src/messages/may-change.ts',
  'services/persistence/src/retention/remove-expired.ts',
  'services/persistence/src/storing/{store-part,announce-stored}.ts',
  'services/websocket/src/clock.ts',
  'web/src/{dates,muting}.ts',
];

const forbid = (...groups) => ({
  'no-restricted-imports': ['error', { patterns: groups.map(([group, message]) => ({ group, message })) }],
});
const NETWORKED = ['@chat-app/message-log/kafka', '@chat-app/fanout/redis', '@chat-app/database/postgres'];
/** What code of packages must not import: vendor libraries (but the one it adapts), services, the protocol, and `others`. */
const inPackage = (files, { adapts, others = [] }) => ({
  files,
  rules: forbid(
    [
      VENDORS.filter((name) => name !== adapts && !(adapts === 'express' && name === 'helmet')),
      'Each vendor library is imported by its one adapter file.',
    ],
    [SERVICES, 'packages know no service.'],
    [['@chat-app/protocol'], 'how a service lives does not know the protocol.'],
    ...(others.length > 0 ? [[others, 'a port knows platform alone; embedded adapters know no networked one.']] : []),
  ),
});
/** A file that adapts a vendor library, in a package that knows platform alone. */
const vendor = (adapts, files) => inPackage(files, { adapts, others: [...PORTS, ...ADAPTERS] });

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', 'coverage/**', 'data/**', 'charts/**/dashboards/**', '.dev/**'] },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [...tseslint.configs.recommendedTypeChecked, importX.flatConfigs.typescript],
    plugins: { 'import-x': importX },
    languageOptions: { parserOptions: { project: ['./tsconfig.lint.json'], tsconfigRootDir: import.meta.dirname } },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver({ project: './tsconfig.lint.json' })] },
    rules: {
      'import-x/no-cycle': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/require-await': 'off',
      'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 80, skipBlankLines: true, skipComments: true }],
      curly: ['error', 'multi-line'],
      eqeqeq: 'error',
    },
  },
  {
    files: ['packages/{protocol,timing}/src/**/*.ts'],
    rules: forbid([[...NODE, ...VENDORS, '@chat-app/*'], 'a browser imports it.']),
  },
  {
    files: ['packages/{client,client-react}/src/**/*.ts'],
    rules: forbid([
      [...NODE, ...VENDORS, ...PORTS, ...ADAPTERS, '!@chat-app/client/*', ...SERVICES, '@chat-app/platform'],
      'the client runs in browsers and knows only the protocol.',
    ]),
  },
  {
    files: ['packages/client/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: '@chat-app/protocol',
              allowTypeImports: true,
              message: 'values come from @chat-app/protocol/pure: a page loads no schema library.',
            },
          ],
        },
      ],
    },
  },
  inPackage(['packages/{platform,tokens,message-log,fanout,database}/src/**/*.ts'], {
    others: [...PORTS, ...ADAPTERS],
  }),
  inPackage(['packages/embedded/src/**/*.ts'], { others: NETWORKED }),
  inPackage(['packages/embedded/src/database/{open-pglite,private-files}.ts'], {
    adapts: '@electric-sql/pglite',
    others: NETWORKED,
  }),
  vendor('kafkajs', ['packages/message-log/src/kafka/kafka-clients.ts']),
  vendor('ioredis', ['packages/fanout/src/redis/redis-links.ts']),
  vendor('pg', ['packages/database/src/postgres/database-postgres.ts']),
  vendor('umzug', ['packages/database/src/adapter/migrate.ts']),
  vendor('undici', ['packages/platform/src/http/spread-pool.ts']),
  vendor('express', ['packages/platform/src/http/express-server.ts']),
  vendor('jsonwebtoken', ['packages/tokens/src/json-web-token.ts']),
  vendor('pino', ['packages/platform/src/log/logger-pino.ts']),
  vendor('prom-client', ['packages/platform/src/metrics/metrics.ts']),
  vendor('@opentelemetry/*', ['packages/platform/src/tracing/*.ts']),
  {
    files: ['{packages,services}/*/src/**/*.ts', '{standalone,web}/src/**/*.{ts,tsx}'],
    ignores: ['packages/timing/**', '**/*.test.ts', '**/*.contract.ts', '**/testing/*.ts'],
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector: "BinaryExpression[operator='**'][right.type!='Literal']",
          message: 'waits that grow are backoffMs of @chat-app/timing.',
        },
        {
          selector: "CallExpression[callee.object.name='Promise'][callee.property.name='race']",
          message: 'a bounded wait is withTimeout of @chat-app/timing.',
        },
      ],
    },
  },
  {
    files: ['{packages,services}/*/src/**/*.ts', '{standalone,web}/src/**/*.{ts,tsx}'],
    ignores: [...OF_THE_TIME_OF_DAY, '**/*.test.ts', '**/*.contract.ts', '**/testing/*.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'Date',
          property: 'now',
          message: 'waits, intervals, limits and ages go by performance.now(): a clock that is set does not move it.',
        },
      ],
    },
  },
  {
    files: ['services/*/src/**/*.ts'],
    ignores: [
      'services/*/src/main.ts',
      'services/persistence/src/{redrive,inspect,rewind,begin-epoch}.ts',
      'services/authentication/src/account.ts',
    ],
    rules: {
      ...forbid(
        [VENDORS, 'services use ports; vendor libraries stay behind adapters.'],
        [[...ADAPTERS, ...SERVICES], 'only main.ts wires adapters; services do not import each other.'],
      ),
      'no-restricted-globals': ['error', { name: 'process', message: 'only main.ts touches the process.' }],
    },
  },
  {
    files: ['services/websocket/src/**/ws-*.ts'],
    rules: forbid([VENDORS.filter((name) => name !== 'ws'), 'this file adapts ws.']),
  },
  {
    files: ['services/websocket/src/**/bounded-*.ts'],
    rules: forbid([VENDORS.filter((name) => name !== 'lru-cache'), 'this file adapts lru-cache.']),
  },
  {
    files: ['services/authentication/src/passwords/hash-password.ts'],
    rules: forbid([VENDORS.filter((name) => name !== '@node-rs/argon2'), 'this file adapts argon2.']),
  },
  {
    files: ['standalone/src/**/*.ts'],
    rules: forbid([[...VENDORS, ...NETWORKED], 'standalone runs on embedded adapters.']),
  },
  {
    files: ['**/*.test.ts', 'test/**/*.ts', 'bench/**/*.ts', '**/*.contract.ts', '**/testing/*.ts'],
    rules: {
      'no-restricted-imports': 'off',
      'no-restricted-globals': 'off',
      'max-lines': 'off',
      'max-lines-per-function': 'off',
    },
  },
  {
    files: ['**/*.{js,cjs,mjs}'],
    languageOptions: {
      globals: {
        process: 'readonly',
        console: 'readonly',
        module: 'writable',
        require: 'readonly',
        __dirname: 'readonly',
        URL: 'readonly',
        Buffer: 'readonly',
        setTimeout: 'readonly',
        clearTimeout: 'readonly',
        setInterval: 'readonly',
        clearInterval: 'readonly',
      },
    },
  },
);
