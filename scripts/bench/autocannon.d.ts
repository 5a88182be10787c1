declare module 'autocannon' {
  interface Result {
    errors: number
    non2xx: number
    requests: { average: number; total: number }
    latency: { p50: number }
  }
  export default function autocannon(options: {
    url: string
    connections: number
    duration: number
    method: string
    headers: Record<string, string>
    body: string
  }): Promise<Result>
}
