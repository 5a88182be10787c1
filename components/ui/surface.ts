/** Floating surfaces (menus, popovers, selects): one look, one motion. */
export const surfaceClasses =
  'z-50 rounded-lg border border-border bg-popover text-popover-foreground shadow-lg outline-none duration-100 data-[state=open]:animate-in data-[state=open]:fade-in-0 data-[state=open]:zoom-in-98 data-[state=closed]:animate-out data-[state=closed]:fade-out-0'

/** One row of a menu or list of choices. */
export const itemClasses =
  "relative flex min-h-7 cursor-default select-none items-center gap-2 rounded-md px-2 py-1 text-sm outline-none data-disabled:pointer-events-none data-highlighted:bg-accent data-highlighted:text-accent-foreground data-disabled:opacity-50 max-md:min-h-9 [&_svg:not([class*='size-'])]:size-4 [&_svg]:shrink-0"
