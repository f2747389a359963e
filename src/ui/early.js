document.cookie = `zone=${Intl.DateTimeFormat().resolvedOptions().timeZone};path=/;max-age=31536000;samesite=lax${location.protocol === 'https:' ? ';secure' : ''}`;
window.earlyKeys = [];
addEventListener('keydown', (event) => {
  const at = document.activeElement, typing = at && /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName), key = event.key;
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector('[data-letters]')) return;
  if (typing && at.name === 'why' && at.value === '' && at.form && /^[1-9]$/.test(key)) {
    const reason = at.form.querySelector(`[type=radio][data-key^="${key}-"]`);
    if (reason) { event.preventDefault(); reason.focus(); reason.click(); }
  } else if (!typing && earlyKeys && earlyKeys.length < 4 && key.length === 1 && !event.repeat) {
    earlyKeys.push(event);
  }
});
