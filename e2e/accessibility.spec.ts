import AxeBuilder from '@axe-core/playwright'
import { expect, type Page, test } from '@playwright/test'
import { startProduct } from '../scripts/bootstrap/product.mjs'
import { firstRun } from './first-run'

const { workflows, api_key } = firstRun()

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
  {
    name: 'agents',
    path: '/settings/agents',
    ready: (page) => expect(page.getByText('Default agent').first()).toBeVisible(),
  },
  {
    name: 'usage',
    path: '/settings/usage',
    ready: (page) => expect(page.getByText(/^(By day|No runs in this time)$/)).toBeVisible(),
  },
  {
    name: 'limits',
    path: '/settings/limits',
    ready: (page) => expect(page.getByText('Body of a request')).toBeVisible(),
  },
  {
    name: 'audit',
    path: '/settings/audit',
    ready: (page) => expect(page.getByText('Set up the team').first()).toBeVisible(),
  },
  { name: 'API keys', path: '/settings/keys', ready: (page) => expect(page.getByText('First key')).toBeVisible() },
  {
    name: 'members',
    path: '/settings/members',
    ready: (page) => expect(page.getByRole('table', { name: 'Members of the team' })).toBeVisible(),
  },
  {
    name: 'inviting',
    path: '/settings/members?dialog=invite',
    ready: (page) => expect(page.getByRole('dialog', { name: 'Invite a person' })).toBeVisible(),
  },
  { name: 'account', path: '/settings/account', ready: (page) => expect(page.getByText('This browser')).toBeVisible() },
  {
    name: 'connected apps',
    path: '/settings/apps',
    ready: (page) => expect(page.getByText('No connected apps')).toBeVisible(),
  },
]

/** A workflow with a container of three items, one of which failed, one succeeded, one waits. */
async function openRunOfItems(page: Page): Promise<string> {
  const headers = { 'X-API-Key': api_key }
  const call = async (path: string, data: unknown) => {
    const response = await page.request.post(`/v1${path}`, { headers, data })
    expect(response.ok(), `${path}: ${await response.text()}`).toBe(true)
    return response.json()
  }
  const ask = { id: 'ask', type: 'approval', name: 'Ask', parentId: 'each', config: { title: 'Ship to {{ item }}?' } }
  const each = { items: '["Ada", "Grace", "Joan"]', concurrency: 3, onItemError: 'collect' }
  const definition = {
    nodes: [
      { id: 'start', type: 'start', name: 'Start' },
      { id: 'each', type: 'forEach', name: 'Each order', position: { x: 320, y: 0 }, config: each },
      { ...ask, position: { x: 40, y: 100 } },
      { id: 'end', type: 'end', name: 'End', position: { x: 860, y: 0 } },
    ],
    edges: [
      { id: 'a', source: 'start', target: 'each' },
      { id: 'b', source: 'each', target: 'end' },
    ],
  }
  const workflow = await call('/workflows', { name: 'Items for axe', definition })
  const run = await call(`/workflows/${workflow.id}/runs`, { draft: true, wait: 10 })
  await call(`/runs/${run.id}/nodes/ask/approve`, { path: ['each:0'] })
  await call(`/runs/${run.id}/nodes/ask/reject`, { path: ['each:1'] })
  return run.id
}

/** The same page, light and then dark: opening it takes longer than looking at it. */
async function expectNoViolationsInEither(page: Page): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveCSS('color-scheme', colorScheme)
    await expectNoViolations(new AxeBuilder({ page }))
  }
}

for (const { name, path, ready } of PAGES) {
  test(`axe finds nothing on ${name}, light and dark`, async ({ page }) => {
    await page.goto(path)
    await ready(page)
    await expectNoViolationsInEither(page)
  })
}

test('axe finds nothing on a run and the list of its items, light and dark', async ({ page }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  await page.goto(`/runs/${await openRunOfItems(page)}`)
  await expect(page.getByText('2 of 3')).toBeVisible()
  await expectNoViolationsInEither(page)
  await page.getByRole('button', { name: /^Each order: All 3/ }).click()
  await page.getByRole('option', { name: /Item 2.*failed/ }).click()
  await page.getByRole('button', { name: 'Steps of Item 1' }).click()
  await page.locator('.react-flow__node').and(page.getByLabel(/^Ask,/)).click()
  await expect(page.getByRole('region', { name: 'Node Ask' })).toContainText('approval_rejected')
  await page.getByRole('button', { name: /^Each order: Item 2/ }).click()
  await expect(page.getByRole('listbox', { name: 'Items' })).toBeVisible()
  await expectNoViolationsInEither(page)
})

test.describe('before anybody is signed in', () => {
  test.use({ storageState: { cookies: [], origins: [] } })

  test('axe finds nothing on joining by a link, light and dark', async ({ page }) => {
    const data = { email: 'axe@example.com', role: 'viewer' }
    const made = await page.request.post('/v1/members', { headers: { 'X-API-Key': api_key }, data })
    const { invitation } = await made.json()
    await page.goto(invitation.link)
    await page.getByRole('button', { name: 'Join' }).click()
    await expect(page.getByRole('alert').first()).toBeVisible()
    await expectNoViolationsInEither(page)
  })

  test('axe finds nothing on sign-in, light and dark', async ({ page }) => {
    await page.goto('/sign-in')
    await page.getByRole('button', { name: 'Sign in' }).click()
    await expect(page.getByRole('alert').first()).toBeVisible()
    await expectNoViolationsInEither(page)
  })
})

test.describe('where nobody has an account yet', () => {
  test.use({ storageState: { cookies: [], origins: [] } })
  test.setTimeout(240_000)

  test('axe finds nothing on set-up', async ({ page }) => {
    const product = await startProduct(process.cwd(), { environment: { SEED: 'none' } })
    try {
      await page.goto(`${product.url}/set-up`)
      await expect(page.getByLabel('Set-up token')).toBeVisible()
      await expectNoViolations(new AxeBuilder({ page }))
    } finally {
      await product.stop()
      product.removeData()
    }
  })
})

async function expectNoViolations(axe: AxeBuilder): Promise<void> {
  const { violations } = await axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual(
    [],
  )
}

test('a phone shows runs and approvals without sideways scrolling', async ({ page }) => {
  await page.setViewportSize({ width: 375, height: 812 })
  const settings = ['/settings/account', '/settings/members', '/settings/keys', '/settings/apps']
  for (const path of ['/workflows', '/runs', '/approvals', ...settings]) {
    await page.goto(path)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    expect(
      await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth),
      path,
    ).toBeLessThanOrEqual(0)
  }
})
