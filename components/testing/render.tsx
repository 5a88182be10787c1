import { QueryClientProvider } from '@tanstack/react-query'
import { cleanup, configure, type RenderResult, render } from '@testing-library/react'
import { NuqsTestingAdapter, type OnUrlUpdateFunction } from 'nuqs/adapters/testing'
import type { ReactNode } from 'react'
import { afterEach } from 'vitest'
import { createQueryClient } from '@/components/shell/providers'
import { TooltipProvider } from '@/components/ui/tooltip'

afterEach(cleanup)
// A busy machine is slow, not wrong.
configure({ asyncUtilTimeout: 5_000 })

// What Radix asks of a browser and jsdom does not have.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
}
Element.prototype.scrollIntoView ??= () => {}
Element.prototype.hasPointerCapture ??= () => false
Element.prototype.setPointerCapture ??= () => {}
Element.prototype.releasePointerCapture ??= () => {}
globalThis.matchMedia ??= (query: string) =>
  Object.assign(new EventTarget(), {
    matches: false,
    media: query,
    onchange: null,
    addListener: () => {},
    removeListener: () => {},
  })

interface RenderOptions {
  /** The query string at first. */
  search?: string
  onUrlUpdate?: OnUrlUpdateFunction
}

/** Renders inside what every page has: queries with the product's own rules, tooltips, the address. */
export function renderPage(ui: ReactNode, { search = '', onUrlUpdate }: RenderOptions = {}): RenderResult {
  const client = createQueryClient()
  client.setDefaultOptions({
    ...client.getDefaultOptions(),
    queries: { ...client.getDefaultOptions().queries, retryDelay: 1 },
  })
  return render(
    <QueryClientProvider client={client}>
      <NuqsTestingAdapter searchParams={search} onUrlUpdate={onUrlUpdate} hasMemory>
        <TooltipProvider>{ui}</TooltipProvider>
      </NuqsTestingAdapter>
    </QueryClientProvider>,
  )
}
