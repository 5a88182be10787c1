declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  /** Renders the document at `url` into `domNode`. */
  export default function createSwaggerUi(options: {
    url: string
    domNode: HTMLElement
    deepLinking?: boolean
    defaultModelsExpandDepth?: number
    docExpansion?: 'list' | 'full' | 'none'
    persistAuthorization?: boolean
    validatorUrl?: string | null
    plugins?: SwaggerUiPlugin[]
    /** Sees the document itself asked for (`loadSpec`) and every request that is tried out. */
    requestInterceptor?: (request: SwaggerUiRequest) => SwaggerUiRequest
  }): unknown

  interface SwaggerUiRequest {
    loadSpec?: boolean
    headers: Record<string, string>
    credentials?: RequestCredentials
  }

  /** Its own React, which is not ours: what a plugin renders is made with it. */
  interface SwaggerUiSystem {
    React: { createElement(type: string, props: null, ...children: string[]): unknown }
  }
  export type SwaggerUiPlugin = (system: SwaggerUiSystem) => {
    wrapComponents: Record<string, (original: unknown, system: SwaggerUiSystem) => (props: { text: string }) => unknown>
  }
}
