// Keys for who has no hand for the mouse; they can be switched off for who speaks to the page.

const dialog = document.getElementById("keys");
const button = document.getElementById("show-keys");
const box = document.getElementById("keys-on");
const Setting = "leadline-keys";

function areOn() {
  try {
    return localStorage.getItem(Setting) !== "off";
  } catch {
    return true;
  }
}

function keep(on) {
  try {
    localStorage.setItem(Setting, on ? "on" : "off");
  } catch {
    // Where nothing may be kept, the choice ends with the page.
  }
}

function isWriting(target) {
  return target instanceof Element && target.closest("input, textarea, select, [contenteditable]") !== null;
}

function press(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target) || dialog.open || !box.checked) return;
  if (event.key === "?") {
    event.preventDefault();
    dialog.showModal();
  } else if (event.key === "/") {
    const filter = document.querySelector("form.filters [name=service]");
    if (!filter) return;
    event.preventDefault();
    filter.focus();
  }
}

if (dialog && button && box) {
  box.checked = areOn();
  box.addEventListener("change", () => keep(box.checked));
  button.hidden = false;
  button.addEventListener("click", () => dialog.showModal());
  addEventListener("keydown", press);
}
