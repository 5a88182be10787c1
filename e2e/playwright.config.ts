import { defineConfig } from '@playwright/test'

/**
 * Browser tests against a running product: `npm test` starts one and says where it is. By hand:
 * `BASE_URL=http://localhost:3000 FIRST_RUN=.data/first-run.json npx playwright test --config e2e/playwright.config.ts`.
 */
export default defineConfig({
  testDir: '.',
  outputDir: '../test-results/browser',
  timeout: 60_000,
  expect: { timeout: 15_000 },
  forbidOnly: true,
  retries: 0,
  workers: 1,
  reporter: [['list'], ['json']],
  use: {
    baseURL: process.env.BASE_URL ?? 'http://localhost:3000',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      executablePath: process.env.CHROME,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--no-first-run',
      ],
    },
  },
})
