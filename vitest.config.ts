import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const root = fileURLToPath(new URL('.', import.meta.url))
const alias = { '@': root.replace(/\/$/, '') }
const database = ['**/*.db.test.ts', '**/*.api.test.ts']
/** Backstops for a busy machine, not expectations: nothing here is asserted to be fast. */
const patience = { testTimeout: 60_000, hookTimeout: 60_000 }
const excluded = ['**/node_modules/**', '.next*/**', 'dist/**', '.data*/**', 'e2e/**']

/** Three rooms: pure tests, tests of components in jsdom, and tests on a real PostgreSQL (one server, a fresh database per file). */
export default defineConfig({
  resolve: { alias },
  test: {
    maxWorkers: 2,
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          environment: 'node',
          include: ['**/*.test.ts', 'scripts/**/*.test.mjs'],
          exclude: [...excluded, ...database],
          ...patience,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'dom',
          environment: 'jsdom',
          include: ['**/*.dom.test.tsx'],
          exclude: excluded,
          ...patience,
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'database',
          environment: 'node',
          include: database,
          exclude: excluded,
          globalSetup: ['lib/testing/global-setup.ts'],
          setupFiles: ['lib/testing/database-setup.ts'],
          ...patience,
        },
      },
    ],
  },
})
