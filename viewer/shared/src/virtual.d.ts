declare module "virtual:messages/*" {
  import type { Catalogue } from "@kanfang/shared/messages.ts";

  const catalogue: Catalogue;
  export default catalogue;
}
