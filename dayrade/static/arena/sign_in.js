// The sign-in; then on to the page that had asked for it.

import { next } from "./addresses.js";
import { onSignIn } from "./sign_in_form.js";

onSignIn(document.getElementById("sign-in"), () => location.replace(next()));
