import { expect, type Page, test } from '@playwright/test'
import { addStep, canvasRests, connect, expectSaved, newWorkflow } from './steps'

const nodes = (page: Page) => page.locator('.react-flow__node')
const step = (page: Page, name: string) =>
  nodes(page).filter({ has: page.locator('.ds-node-name').getByText(name, { exact: true }) })
const field = (page: Page, path: string) => page.locator(`[data-field-path="${path}"]`)

/** A place on the empty canvas, from its top left corner. */
async function canvasPoint(page: Page, x: number, y: number): Promise<{ x: number; y: number }> {
  const box = await page.locator('.react-flow__pane').boundingBox()
  if (box === null) throw new Error('the canvas is on the screen')
  return { x: box.x + x, y: box.y + y }
}

test('steps come from the palette, from a dropped connection, from a double click and onto a line', async ({
  page,
}) => {
  await newWorkflow(page, 'Four ways to add')
  await expect(nodes(page)).toHaveCount(2)

  await test.step('dragged from the palette', async () => {
    await page.locator('[data-step="transform"]').dragTo(page.locator('.react-flow__pane'), {
      targetPosition: { x: 200, y: 560 },
    })
    await expect(step(page, 'Transform')).toBeVisible()
  })

  await test.step('chosen where a connection was dropped', async () => {
    const from = page.getByLabel('From Transform, port out', { exact: true })
    const to = await canvasPoint(page, 560, 640)
    await from.hover()
    await page.mouse.down()
    await page.mouse.move(to.x, to.y, { steps: 5 })
    await page.mouse.up()
    await addStep(page, 'delay')
    await expect(page.getByLabel('From Transform, port out, to Delay')).toBeAttached()
  })

  await test.step('put in between by the button on a line', async () => {
    await canvasRests(page) // a new step that was not in view has moved it
    await page.getByLabel('From Transform, port out, to Delay').hover({ force: true })
    await page.getByRole('button', { name: 'Insert a step here' }).click()
    await addStep(page, 'message')
    await expect(page.getByLabel('From Transform, port out, to Message')).toBeAttached()
    await expect(page.getByLabel('From Message, port out, to Delay')).toBeAttached()
  })

  await test.step('and undo takes back one at a time', async () => {
    await page.keyboard.press('ControlOrMeta+z')
    await expect(page.getByLabel('From Transform, port out, to Delay')).toBeAttached()
    await expect(step(page, 'Message')).toHaveCount(0)
  })

  await test.step('chosen where the canvas was double-clicked', async () => {
    const at = await canvasPoint(page, 300, 120)
    await page.mouse.dblclick(at.x, at.y)
    await addStep(page, 'http')
    await expect(step(page, 'HTTP request')).toBeVisible()
  })
  await expectSaved(page)
})

test('a connection that is not allowed says why', async ({ page }) => {
  await newWorkflow(page, 'Refusals')
  await page.getByLabel('Start, start', { exact: true }).click()
  await page.keyboard.press('n')
  await addStep(page, 'delay')
  await connect(page, { node: 'Delay', port: 'out' }, 'Delay')
  await expect(page.getByText('“Delay” cannot lead straight back to itself.')).toBeVisible()
})

test('copied steps are text, and their mentions lead to the copies', async ({ page, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await newWorkflow(page, 'Copies')
  await page.getByLabel('Start, start', { exact: true }).click()
  await page.keyboard.press('n')
  await addStep(page, 'transform')
  await page.keyboard.press('n')
  await addStep(page, 'template')
  await field(page, 'text').locator('.cm-content').fill('{{ nodes.Transform.output }}')
  await page.locator('.react-flow__pane').click({ position: { x: 30, y: 30 } })
  await step(page, 'Transform').click()
  await step(page, 'Template').click({ modifiers: ['Shift'] })
  await page.keyboard.press('ControlOrMeta+c')
  await page.keyboard.press('ControlOrMeta+v')
  await expect(step(page, 'Template 2')).toBeVisible()
  await step(page, 'Template 2').click()
  await expect(field(page, 'text')).toContainText('nodes.`Transform 2`.output')
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain('"countersign": "nodes"')
})

test('a renamed step is renamed in every expression', async ({ page }) => {
  await newWorkflow(page, 'Names')
  await page.getByLabel('Start, start', { exact: true }).click()
  await page.keyboard.press('n')
  await addStep(page, 'transform')
  await page.keyboard.press('n')
  await addStep(page, 'template')
  await field(page, 'text').locator('.cm-content').fill('Total {{ nodes.Transform.output.total }}')
  await step(page, 'Transform').click()
  await page.keyboard.press('F2')
  await page.keyboard.type('Order total')
  await page.keyboard.press('Enter')
  await step(page, 'Template').click()
  await expect(field(page, 'text')).toContainText('nodes.`Order total`.output.total')
  await expect(page.getByRole('button', { name: /Problems: .*error/ })).toHaveCount(0)
})

test('problems lead to their field, and stand in the way of publishing', async ({ page }) => {
  await newWorkflow(page, 'Problems')
  await page.getByLabel('Start, start', { exact: true }).click()
  await page.keyboard.press('n')
  await addStep(page, 'http')
  await page.getByRole('button', { name: /^Problems: 1 error/ }).click()
  await page.getByRole('button', { name: /error:.*write the address to call/ }).click()
  await expect(field(page, 'url').getByRole('textbox')).toBeFocused()
  await page.getByRole('button', { name: 'Publish' }).click()
  const dialog = page.getByRole('dialog')
  await expect(dialog.getByText('1 error stands in the way')).toBeVisible()
  await expect(dialog.getByRole('button', { name: 'Publish' })).toBeDisabled()
  await dialog.getByRole('button', { name: /write the address to call/ }).click()
  await page.keyboard.type('https://example.com/{{inpu')
  await page.getByRole('option', { name: 'inputs' }).click()
  await expect(page.getByRole('button', { name: /Problems: .*error/ })).toHaveCount(0)
})

test('a link to a step opens it, and a version can be looked at and restored', async ({ page }) => {
  await newWorkflow(page, 'Versions')
  await page.getByRole('button', { name: 'Publish' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
  await expect(page.getByText('v0', { exact: true }).first()).toBeVisible()
  await page.getByLabel('End, end', { exact: true }).click()
  await expect(page).toHaveURL(/node=/)
  await page.keyboard.press('Delete')
  await expect(nodes(page)).toHaveCount(1)
  await expectSaved(page)

  await page.getByRole('button', { name: 'Version history' }).click()
  await page.getByRole('button', { name: 'View' }).click()
  const version = page.getByRole('dialog', { name: 'v0' })
  await expect(version.locator('.react-flow__node')).toHaveCount(2)
  await version.getByRole('tab', { name: /Since then/ }).click()
  await expect(version.getByText('End', { exact: true })).toBeVisible()
  await version.getByRole('button', { name: 'Restore as draft' }).click()
  await expect(nodes(page)).toHaveCount(2)
  await expectSaved(page)

  await page.getByLabel('End, end', { exact: true }).click()
  await expect(page).toHaveURL(/node=/)
  await page.reload()
  await expect(field(page, 'name').getByRole('textbox')).toHaveValue('End')
})

test('without a connection nothing is lost, and what is unsaved survives a reload', async ({ page, context }) => {
  await newWorkflow(page, 'In a tunnel')
  await expectSaved(page)
  await context.setOffline(true)
  await page.getByLabel('Description').fill('Written in a tunnel')
  await expect(page.getByRole('status').getByText(/^Offline/)).toBeVisible()
  await context.setOffline(false)
  await expectSaved(page)
  await page.route('**/api/v1/workflows/*', (route) =>
    route.request().method() === 'PATCH' ? route.abort() : route.continue(),
  )
  await page.getByLabel('Start, start', { exact: true }).click()
  await page.keyboard.press('n')
  await addStep(page, 'delay')
  await expect(page.getByRole('status').getByText(/^Offline/)).toBeVisible()
  await page.unroute('**/api/v1/workflows/*')
  page.on('dialog', (dialog) => void dialog.accept())
  await page.reload()
  await expect(step(page, 'Delay')).toBeVisible()
  await expectSaved(page)
})

test('on a phone a workflow can be looked at', async ({ page }) => {
  await newWorkflow(page, 'Pocket')
  await page.setViewportSize({ width: 390, height: 844 })
  await expect(page.getByText('To change it, open it on a wider screen.')).toBeVisible()
  await page.getByLabel('Start, start', { exact: true }).click()
  await expect(page.getByRole('dialog').getByLabel('Name')).toBeDisabled()
})
