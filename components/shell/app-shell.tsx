'use client'

import { useRouter } from 'next/navigation'
import { type ReactNode, useCallback, useState } from 'react'
import type { Me } from '@/lib/api/contracts/keys'
import { BottomBar } from './bottom-bar'
import { CommandPalette } from './command-palette'
import { FoldSidebarContext } from './folded-sidebar'
import { mainNav, secondaryNav } from './nav-items'
import { Sidebar } from './sidebar'
import { SIDEBAR_COOKIE } from './sidebar-cookie'
import { PrincipalContext } from './use-principal'
import { useShortcuts } from './use-shortcuts'

interface AppShellProps {
  me: Me
  collapsedAtStart: boolean
  children: ReactNode
}

/**
 * The frame around every page behind sign-in: navigation, command palette, shortcuts, and one `main`.
 * `--shell-height` is the height a page may fill without scrolling the window (designer, run).
 */
export function AppShell({ me, collapsedAtStart, children }: AppShellProps) {
  const [collapsed, setCollapsed] = useState(collapsedAtStart)
  const [folded, setFolded] = useState(false)
  const [paletteOpen, setPaletteOpen] = useState(false)
  const router = useRouter()

  const toggleSidebar = useCallback(() => {
    // Folded for the page that is open: opening it again is about this page, not a habit to remember.
    if (folded) setFolded(false)
    if (folded && !collapsed) return
    setCollapsed((now) => {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not everywhere yet
      document.cookie = `${SIDEBAR_COOKIE}=${now ? 'open' : 'collapsed'}; path=/; max-age=31536000; samesite=lax`
      return !now
    })
  }, [folded, collapsed])

  useShortcuts({
    ...Object.fromEntries([...mainNav, ...secondaryNav].map((item) => [`g ${item.key}`, () => router.push(item.href)])),
    '[': toggleSidebar,
  })

  return (
    <PrincipalContext value={me}>
      <div className="flex min-h-dvh [--shell-height:calc(100dvh-3.5rem-env(safe-area-inset-bottom))] md:[--shell-height:100dvh]">
        <a
          href="#main"
          className="sr-only rounded-md bg-primary font-medium text-primary-foreground focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-60 focus:px-3 focus:py-2 focus:shadow-lg"
        >
          Skip to the content
        </a>
        <Sidebar collapsed={collapsed || folded} onToggle={toggleSidebar} onSearch={() => setPaletteOpen(true)} />
        <main
          id="main"
          tabIndex={-1}
          className="min-w-0 flex-1 pb-[calc(3.5rem+env(safe-area-inset-bottom))] outline-none md:pb-0"
        >
          <FoldSidebarContext value={setFolded}>{children}</FoldSidebarContext>
        </main>
        <BottomBar onSearch={() => setPaletteOpen(true)} />
        <CommandPalette open={paletteOpen} onOpenChange={setPaletteOpen} />
      </div>
    </PrincipalContext>
  )
}
