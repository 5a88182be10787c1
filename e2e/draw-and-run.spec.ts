import { expect, test } from '@playwright/test'
import { addStep, connect, expectSaved, newWorkflow, runStatus } from './steps'

test('draw a workflow from nothing, publish, run, approve in a second tab, see it finish', async ({
  page,
  context,
}) => {
  await newWorkflow(page, 'Offer letter')

  await test.step('an approval goes between Start and End', async () => {
    await page.getByLabel('Start, start', { exact: true }).click()
    await page.keyboard.press('n')
    await addStep(page, 'approval')
    await expect(page.getByLabel('Into Approval', { exact: true })).toBeVisible()
    await page.getByLabel('Title').fill('Send the offer?')
    await page.getByRole('button', { name: 'Tidy up' }).click()
    await connect(page, { node: 'Approval', port: 'approved' }, 'End')
    await expect(page.getByLabel('From Approval, port approved, to End')).toBeAttached()
    await expectSaved(page)
  })

  await test.step('what was drawn survives a reload, and undo takes it back', async () => {
    await page.reload()
    await expect(page.getByLabel('From Approval, port approved, to End')).toBeAttached()
  })

  await test.step('publish', async () => {
    await page.getByRole('button', { name: 'Publish' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Note').fill('The first one')
    await dialog.getByRole('button', { name: 'Publish' }).click()
    await expect(dialog).toBeHidden()
    await expect(page.getByText('v0', { exact: true }).first()).toBeVisible()
  })

  await test.step('run it and watch it stop at the approval, on the canvas', async () => {
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Run/ }).click()
    const live = page.getByRole('region', { name: 'Run started here' })
    await expect(live.getByText('Needs approval')).toBeVisible()
    await live.getByRole('link', { name: /Open run/ }).click()
    await expect(runStatus(page, 'Needs approval')).toBeVisible()
  })

  await test.step('approve in a second tab; the first one follows', async () => {
    const second = await context.newPage()
    await second.goto('/approvals')
    await second.getByRole('region', { name: 'Send the offer?' }).getByLabel('Comment').fill('Agreed')
    await second.getByRole('button', { name: /^Approve/ }).click()
    await expect(runStatus(page, 'Completed')).toBeVisible()
    await second.close()
  })

  await test.step('the log tells who decided', async () => {
    await page.getByRole('tab', { name: /Events/ }).click()
    await expect(page.getByText(/approved/i).first()).toBeVisible()
  })
})

test('undo, redo, duplicate and delete by keyboard', async ({ page }) => {
  await newWorkflow(page, 'Keyboard')
  const nodes = page.locator('.react-flow__node')
  await expect(nodes).toHaveCount(2)
  await page.getByLabel('Start, start', { exact: true }).click()
  await page.keyboard.press('n')
  await addStep(page, 'transform')
  await expect(nodes).toHaveCount(3)
  await page.getByLabel('Transform, transform', { exact: true }).click()
  await page.keyboard.press('ControlOrMeta+d')
  await expect(nodes).toHaveCount(4)
  await page.keyboard.press('ControlOrMeta+z')
  await expect(nodes).toHaveCount(3)
  await page.keyboard.press('ControlOrMeta+Shift+z')
  await expect(nodes).toHaveCount(4)
  await page.keyboard.press('Delete')
  await expect(nodes).toHaveCount(3)
  await expectSaved(page)
})

test('an edit over somebody else’s is shown as a conflict, and nothing is lost', async ({ page, context }) => {
  await newWorkflow(page, 'Two editors')
  await expectSaved(page)
  const second = await context.newPage()
  await second.goto(page.url())
  await second.getByLabel('Description').fill('Written in the second tab')
  await expectSaved(second)
  await page.getByLabel('Description').fill('Written in the first tab')
  const conflict = page.getByRole('dialog', { name: /saved this workflow too/ })
  await expect(conflict).toBeVisible()
  await conflict.getByRole('button', { name: /Keep mine|Overwrite/ }).click()
  await expectSaved(page)
  await page.reload()
  await expect(page.getByLabel('Description')).toHaveValue('Written in the first tab')
})
