import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { firstRun } from './first-run'

const { workflows } = firstRun()

test('the API tab of a workflow has its id and inputs in every language, to be copied', async ({ page, context }) => {
  const id = workflows['earthquake-bulletin']
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await page.goto(`/workflows/${id}`)
  await page.getByRole('navigation', { name: 'Views of this workflow' }).getByRole('link', { name: 'API' }).click()
  await page.waitForURL(`/workflows/${id}/api`)
  await expect(page.getByRole('heading', { level: 1, name: 'Earthquake bulletin' })).toBeVisible()

  const start = page.getByRole('figure').filter({ hasText: 'Start a run' })
  for (const language of ['curl', 'TypeScript', 'Python']) {
    await page.getByRole('tab', { name: language }).click()
    await expect(start).toContainText(id)
    await expect(start).toContainText('feed_url')
  }
  await page.getByRole('radio', { name: 'Answer at once' }).click()
  await expect(start).not.toContainText('"wait"')
  await start.getByRole('button', { name: 'Copy' }).click()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await start.locator('code').innerText())
  await page.getByRole('tab', { name: 'MCP' }).click()
  await expect(page.getByRole('figure').first()).toContainText('/api/mcp')
  await page.getByRole('link', { name: 'Create a key' }).click()
  await expect(page.getByRole('dialog')).toContainText('API key')
})

for (const scheme of ['light', 'dark'] as const) {
  test(`axe finds nothing on the API tab, ${scheme}, and a phone shows it without sideways scrolling`, async ({
    page,
  }) => {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
    await page.goto(`/workflows/${workflows['support-intake']}/api`)
    await expect(page.getByRole('figure').first()).toBeVisible()
    const { violations } = await new AxeBuilder({ page })
      .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
      .analyze()
    expect(violations.map(({ id }) => id)).toEqual([])
    await page.setViewportSize({ width: 375, height: 812 })
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
  })
}
