'use client'

import { useModKey } from '@/components/shell/use-mod-key'
import { Dialog, DialogBody, DialogContent, DialogHeader } from '@/components/ui/dialog'
import { Kbd } from '@/components/ui/kbd'
import { ACTION_GROUPS } from '../actions/action'
import { designerActions } from '../actions/all-actions'
import { keysOf } from '../actions/shortcut'
import { useServices, useUi } from '../designer-context'

const mouse: [string, string][] = [
  ['Drag on the canvas', 'Select what the frame touches'],
  ['Scroll, or space and drag', 'Move the canvas'],
  ['Ctrl or ⌘ and scroll, or pinch', 'Zoom'],
  ['Double-click the canvas', 'Add a step there'],
  ['Drag from a dot to nowhere', 'Choose what comes next'],
  ['Drag a step onto a line', 'Put it in between'],
]

/** Every action with its keys, straight from the list that the keyboard uses. */
export function ShortcutsDialog() {
  const { ui } = useServices()
  const open = useUi((state) => state.dialog === 'shortcuts')
  const modKey = useModKey()
  return (
    <Dialog open={open} onOpenChange={(next) => ui.getState().set({ dialog: next ? 'shortcuts' : null })}>
      <DialogContent size="xl" aria-describedby={undefined}>
        <DialogHeader title="Keyboard and mouse" />
        <DialogBody className="columns-1 gap-8 pb-6 sm:columns-2 lg:columns-3">
          {ACTION_GROUPS.map((group) => (
            <section key={group} className="mb-5 break-inside-avoid">
              <h3 className="mb-1 font-medium text-muted-foreground text-xs">{group}</h3>
              <dl>
                {designerActions
                  .filter((action) => action.group === group && (action.shortcuts ?? []).length > 0)
                  .map((action) => (
                    <div key={action.id} className="flex min-h-7 items-center justify-between gap-3 text-sm">
                      <dt>{action.label}</dt>
                      <dd className="flex gap-0.5">
                        {keysOf(action.shortcuts?.[0] ?? '', modKey).map((key) => (
                          <Kbd key={key}>{key}</Kbd>
                        ))}
                      </dd>
                    </div>
                  ))}
              </dl>
            </section>
          ))}
          <section className="break-inside-avoid">
            <h3 className="mb-1 font-medium text-muted-foreground text-xs">Mouse</h3>
            <dl>
              {mouse.map(([how, what]) => (
                <div key={how} className="py-1 text-sm">
                  <dt>{what}</dt>
                  <dd className="text-muted-foreground text-xs">{how}</dd>
                </div>
              ))}
            </dl>
          </section>
        </DialogBody>
      </DialogContent>
    </Dialog>
  )
}
