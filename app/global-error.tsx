'use client'

import { GeistSans } from 'geist/font/sans'
import { PageError, type PageErrorProps } from '@/components/shell/page-error'
import './globals.css'

/** The last resort, when even the frame could not be drawn: a document of its own, in the light theme. */
export default function GlobalError(props: PageErrorProps) {
  return (
    <html lang="en" className={GeistSans.variable}>
      <body>
        <title>Something went wrong · Countersign</title>
        <main>
          <PageError {...props} />
        </main>
      </body>
    </html>
  )
}
