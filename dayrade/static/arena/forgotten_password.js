// Asking for a link to choose a new password.

import { onAsk } from "./links.js";

const form = document.getElementById("ask");

onAsk(form, "/auth/password/reset");
form.hidden = false;
