import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { firstRun } from './first-run'

const { workflows } = firstRun()

const PAGES: { name: string; path: string; ready: (page: Page) => Promise<void> }[] = [
  {
    name: 'workflows',
    path: '/workflows',
    ready: (page) => expect(page.getByText('Earthquake bulletin').first()).toBeVisible(),
  },
  {
    name: 'designer',
    path: `/workflows/${workflows['earthquake-bulletin']}`,
    ready: (page) => expect(page.getByText('Editor approval').first()).toBeVisible(),
  },
  {
    name: 'runs',
    path: '/runs',
    ready: (page) => expect(page.getByRole('heading', { name: 'Runs', level: 1 })).toBeVisible(),
  },
  {
    name: 'approvals',
    path: '/approvals',
    ready: (page) => expect(page.getByRole('heading', { name: 'Approvals', level: 1 })).toBeVisible(),
  },
  { name: 'API keys', path: '/settings/keys', ready: (page) => expect(page.getByText('First key')).toBeVisible() },
]

for (const scheme of ['light', 'dark'] as const) {
  for (const { name, path, ready } of PAGES) {
    test(`axe finds nothing on ${name}, ${scheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await page.goto(path)
      await ready(page)
      const { violations } = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
        .analyze()
      expect(
        violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`),
      ).toEqual([])
    })
  }
}

test('a phone shows runs and approvals without sideways scrolling', async ({ page }) => {
  await page.setViewportSize({ width: 375, height: 812 })
  for (const path of ['/workflows', '/runs', '/approvals', '/settings/keys']) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
      path,
    ).toBeLessThanOrEqual(0)
  }
})
