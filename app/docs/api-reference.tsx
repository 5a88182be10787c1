'use client'

import { useEffect, useRef, useState } from 'react'
import 'swagger-ui-dist/swagger-ui.css'

/** Swagger UI over the document at `url`, loaded when the page is shown: it is larger than the rest of the product. */
export function ApiReference({ url }: { url: string }) {
  const place = useRef<HTMLDivElement>(null)
  const [failed, setFailed] = useState(false)

  useEffect(() => {
    let isGone = false
    import('swagger-ui-dist/swagger-ui-es-bundle.js')
      .then(({ default: createSwaggerUi }) => {
        if (isGone || place.current === null) return
        createSwaggerUi({
          url,
          domNode: place.current,
          deepLinking: true,
          defaultModelsExpandDepth: 0,
          docExpansion: 'list',
          persistAuthorization: false,
          validatorUrl: null, // asks another host otherwise
        })
      })
      .catch(() => setFailed(true))
    return () => {
      isGone = true
    }
  }, [url])

  return (
    <>
      {failed && (
        <p role="alert" className="p-6">
          The reference could not be loaded. The document itself is at <a href={url}>{url}</a>.
        </p>
      )}
      <div ref={place} />
    </>
  )
}
