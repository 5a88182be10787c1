import AxeBuilder from '@axe-core/playwright'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { firstRun } from './first-run'

const { api_key: key } = firstRun()

/** The reference is by far the heaviest page: a busy machine takes its time to draw it. */
test.describe.configure({ timeout: 180_000 })

/** Opens an operation of the reference and sends it as it stands, or with another body. */
async function tryOut(page: Page, id: string, body?: unknown): Promise<Locator> {
  const operation = page.locator(`[id$="-${id}"]`)
  await operation.locator('.opblock-summary-control').click()
  await operation.getByRole('button', { name: 'Try it out' }).click()
  if (body !== undefined) await operation.locator('textarea').first().fill(JSON.stringify(body))
  await operation.getByRole('button', { name: 'Execute' }).click()
  return operation.locator('.live-responses-table')
}

test('the reference asks no other host, and shows every kind of body', async ({ page, baseURL }) => {
  const hosts = new Set<string>()
  page.on('request', (request) => hosts.add(new URL(request.url()).origin))
  await page.goto('/docs')
  const operation = page.locator('[id$="-executeWorkflow"]')
  await operation.locator('.opblock-summary-control').click()
  const kinds = operation.locator('.examples-select select')
  await expect(kinds).toBeVisible()
  const { paths } = await (await page.request.get('/api/openapi.json')).json()
  const { examples } = paths['/v1/workflows/{workflow_id}/execute'].post.requestBody.content['application/json']
  for (const { summary } of Object.values(examples) as { summary: string }[]) await expect(kinds).toContainText(summary)
  expect([...hosts].filter((host) => host !== new URL(baseURL ?? '').origin && host !== 'null')).toEqual([])
})

test('the reference is as light or dark as the rest, and axe finds nothing on it', async ({ page }) => {
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'reduce' })
  await page.goto('/docs')
  await expect(page.getByText('Start a run', { exact: true })).toBeVisible()
  const path = page.locator('.swagger-ui .opblock-summary-path').first()
  const colours: string[] = []
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveCSS('color-scheme', colorScheme)
    await expect(page.locator('html.dark-mode')).toHaveCount(colorScheme === 'dark' ? 1 : 0)
    colours.push(await path.evaluate((element) => getComputedStyle(element).color))
    const axe = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    expect((await axe.analyze()).violations.map(({ id, nodes }) => [id, nodes.map(({ target }) => target)])).toEqual([])
  }
  expect(new Set(colours).size).toBe(2)
})

test('operations are tried out as the person who is signed in: a GET and a POST', async ({ page }) => {
  const name = `Tried out ${Date.now()}`
  await page.goto('/docs')
  await expect(page.getByText(/tried out as you/)).toBeVisible()
  await expect(await tryOut(page, 'createWorkflow', { name })).toContainText('201')
  const listed = await tryOut(page, 'listWorkflows')
  await expect(listed).toContainText('200')
  await expect(listed).toContainText(name)
})

test.describe('without a session', () => {
  test.use({ storageState: { cookies: [], origins: [] } })

  test('a key is checked, used for every call, kept for this tab alone, and forgotten', async ({ page, context }) => {
    const name = `By key ${Date.now()}`
    await page.goto('/docs')
    const picker = page.getByRole('region', { name: 'Try it as' })
    await expect(picker).toContainText('Nobody is signed in')
    await picker.getByLabel('API key').fill('cs_live_wrong')
    await picker.getByRole('button', { name: 'Use this key' }).click()
    await expect(picker.getByRole('alert')).toBeVisible()
    await picker.getByLabel('API key').fill(key)
    await picker.getByRole('button', { name: 'Use this key' }).click()
    await expect(picker).toContainText('with the key "First key"')

    await page.reload()
    await expect(picker).toContainText('with the key "First key"')
    await expect(await tryOut(page, 'createWorkflow', { name })).toContainText('201')
    await expect(await tryOut(page, 'listWorkflows')).toContainText(name)
    const kept = await page.evaluate(() => ({ ...localStorage, cookie: document.cookie }))
    expect(JSON.stringify(kept)).not.toContain(key)
    const other = await context.newPage()
    await other.goto('/docs')
    await expect(other.getByRole('region', { name: 'Try it as' })).toContainText('Nobody is signed in')

    await picker.getByRole('button', { name: 'Forget this key' }).click()
    await expect(picker).toContainText('Nobody is signed in')
    expect(await page.evaluate(() => JSON.stringify(sessionStorage))).not.toContain(key)
  })
})
