import { expect, type Page, test } from '@playwright/test'
import { addStep, connect, expectSaved, newWorkflow, runStatus } from './steps'

/** The card or the head of the frame of a step. */
const step = (page: Page, name: RegExp) => page.locator('.react-flow__node').and(page.getByLabel(name))

test('a For each with an approval inside: one item approved, one rejected, each seen for itself', async ({ page }) => {
  await newWorkflow(page, 'Orders one by one')

  await test.step('a container goes between Start and End, and an approval into it', async () => {
    await step(page, /^Start,/).click()
    await page.keyboard.press('n')
    await addStep(page, 'for each')
    await expect(step(page, /^For each, forEach, empty/)).toBeVisible()
    await page.getByLabel('Items', { exact: true }).fill('["Ada", "Grace"]')
    await page.getByRole('textbox', { name: /^At the same time/ }).fill('2')
    await page.getByRole('combobox', { name: /^When an item fails/ }).click()
    await page.getByRole('option', { name: 'collect' }).click()
    await page.getByRole('button', { name: 'Add a step inside For each' }).click()
    await addStep(page, 'approval')
    await expect(step(page, /^Approval, approval, inside For each/)).toBeVisible()
    await page.getByLabel('Title').fill('Ship to {{ item }}?')
  })

  await test.step('a step beside it is dragged into it, and connected there', async () => {
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Fit the workflow' }).click()
    await step(page, /^Approval,/).hover() // waits until the view rests
    const frame = await box(page, /^For each,/)
    await page.mouse.dblclick(frame.x + 120, frame.y + frame.height + 70)
    await addStep(page, 'template')
    await page.getByLabel('Text', { exact: true }).fill('Shipped to {{ item }}')
    await step(page, /^Template,/).hover({ position: { x: 40, y: 12 } })
    const approval = await box(page, /^Approval,/)
    await page.mouse.down()
    await page.mouse.move(approval.x + approval.width + 80, approval.y + 12, { steps: 12 })
    await page.mouse.up()
    await expect(step(page, /^Template, template, inside For each/)).toBeVisible()
    await connect(page, { node: 'Approval', port: 'approved' }, 'Template')
    await expect(page.getByLabel('From Approval, port approved, to Template')).toBeAttached()
  })

  await test.step('a connection over the border of the container is refused', async () => {
    await page.getByRole('button', { name: 'Tidy up' }).click()
    await page.getByRole('button', { name: 'Fit the workflow' }).click()
    await connect(page, { node: 'Template', port: 'out' }, 'End')
    await expect(page.getByText(/is inside “For each”/).first()).toBeVisible()
    await connect(page, { node: 'For each', port: 'out' }, 'End')
    await expect(page.getByLabel('From For each, port out, to End')).toBeAttached()
  })

  await test.step('taking out and undoing restores the container', async () => {
    await step(page, /^Template,/).click({ button: 'right' })
    await page.getByRole('menuitem', { name: 'Take out of the container' }).click()
    await expect(step(page, /^Template, template(?!.*inside)/)).toBeVisible()
    await page.keyboard.press('ControlOrMeta+z')
    await expect(step(page, /^Template, template, inside For each/)).toBeVisible()
    await page.getByRole('button', { name: 'Tidy up' }).click()
    await expectSaved(page)
  })

  await test.step('publish and run', async () => {
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Publish' }).click()
    await expect(page.getByRole('dialog')).toBeHidden()
    await page.getByRole('button', { name: 'Run', exact: true }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Run/ }).click()
    await page.getByRole('link', { name: /Open run/ }).click()
    await expect(runStatus(page, 'Needs approval')).toBeVisible()
  })

  await test.step('both items wait; one is approved and one rejected', async () => {
    await expect(page.getByText(/Approval \(item 1\) waits/)).toBeVisible()
    await expect(page.getByText(/Approval \(item 2\) waits/)).toBeVisible()
    const first = page.getByRole('region', { name: 'Ship to Ada?' })
    await first.getByRole('button', { name: /^Approve/ }).click()
    await expect(first).toBeHidden()
    await page
      .getByRole('region', { name: 'Ship to Grace?' })
      .getByRole('button', { name: /^Reject/ })
      .click()
    await expect(runStatus(page, 'Completed')).toBeVisible()
    await expect(page.getByText('2 of 2')).toBeVisible()
  })

  await test.step('the graph shows one item, the panel its step', async () => {
    await page.getByRole('button', { name: /^For each: All 2/ }).click()
    await page.getByRole('option', { name: /Item 2.*failed/ }).click()
    await expect(step(page, /^Template, template, inside For each, skipped|^Template.*pending/)).toBeVisible()
    await page.getByRole('button', { name: 'Item before' }).click()
    await expect(step(page, /^Template, template, inside For each, succeeded/)).toBeVisible()
    await step(page, /^Template,/).click()
    await expect(page.getByRole('region', { name: 'Node Template' })).toContainText('Shipped to Ada')
    await expect(page).toHaveURL(/item=For|item=forEach/)
  })

  await test.step('the timeline opens the container to its items', async () => {
    await expect(page.getByRole('button', { name: 'Steps of Item 2' })).toBeVisible()
  })
})

async function box(page: Page, name: RegExp): Promise<{ x: number; y: number; width: number; height: number }> {
  const found = await step(page, name).boundingBox()
  if (found === null) throw new Error(`${name} is not on the canvas`)
  return found
}
