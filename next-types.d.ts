// What Next declares globally, so that types can be checked before anything was built.
/// <reference types="next" />
/// <reference types="next/image-types/global" />
