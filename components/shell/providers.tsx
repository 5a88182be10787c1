'use client'

import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { ThemeProvider } from 'next-themes'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import { type ReactNode, useState } from 'react'
import { Toaster } from '@/components/ui/toast'
import { TooltipProvider } from '@/components/ui/tooltip'
import { ApiError } from '@/lib/api/client/error'

const MAX_RETRIES = 2

/** A refusal is an answer: asking again changes nothing. Only silence and faults of the server are worth another try. */
export function shouldRetry(failures: number, error: unknown): boolean {
  if (error instanceof ApiError && error.status >= 400 && error.status < 500) return false
  return failures < MAX_RETRIES
}

/** The session ended while the page was open: sign in, and come back to this very place. */
function leaveWhenSignedOut(error: unknown) {
  if (!(error instanceof ApiError) || error.status !== 401) return
  const here = window.location.pathname + window.location.search
  window.location.assign(`/sign-in?next=${encodeURIComponent(here)}`)
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
    mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
    defaultOptions: {
      queries: { staleTime: 10_000, retry: shouldRetry, refetchOnWindowFocus: true },
      mutations: { retry: false },
    },
  })
}

/** Everything that pages take for granted. `nonce` lets the theme script run under the content security policy. */
export function Providers({ nonce, children }: { nonce?: string; children: ReactNode }) {
  const [client] = useState(createQueryClient)
  return (
    <ThemeProvider attribute="class" defaultTheme="system" enableSystem disableTransitionOnChange nonce={nonce}>
      <QueryClientProvider client={client}>
        <NuqsAdapter>
          <TooltipProvider delayDuration={350} skipDelayDuration={150}>
            {children}
            <Toaster />
          </TooltipProvider>
        </NuqsAdapter>
      </QueryClientProvider>
    </ThemeProvider>
  )
}
